import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FakeManager } from '../api/fake-manager.ts';
import { withBench } from './run.ts';

function example(manager: FakeManager): void {
  manager.add('good.service', {
    active: 'active',
    sub: 'running',
    description: 'A good service',
    names: ['good.service', 'goodalias.service'],
  });
  manager.add('bad.service', { active: 'failed', sub: 'failed', description: 'Fails', result: 'exit-code' });
  manager.add('idle.service');
  manager.add('gone.service', { load: 'not-found' });
  manager.add(
    'x.socket',
    { active: 'active', sub: 'listening', description: 'X socket' },
    { Listen: '/run/x.sock (Stream)\n127.0.0.1:9999 (Stream)\n@abs (Datagram)\n/run/x.fifo (FIFO)', Triggers: 'good.service' },
  );
  manager.add('my.target', { active: 'active', sub: 'active', description: 'My target' });
  manager.add('sub.target');
  manager.edge('my.target', 'Wants', 'good.service');
  manager.edge('my.target', 'Requires', 'sub.target');
  manager.edge('my.target', 'Wants', 'x.socket');
  manager.edge('my.target', 'After', 'idle.service');
  manager.edge('sub.target', 'Wants', 'bad.service');
  manager.edge('sub.target', 'Wants', 'my.target');
  manager.edge('good.service', 'Requires', 'idle.service');
  manager.edge('good.service', 'WantedBy', 'my.target');
}

const legend = [
  'LOAD   = Reflects whether the unit definition was properly loaded.',
  'ACTIVE = The high-level unit activation state, i.e. generalization of SUB.',
  'SUB    = The low-level unit activation state, values depend on unit type.',
];

const table = [
  '  UNIT         LOAD   ACTIVE SUB       DESCRIPTION',
  '● bad.service  loaded failed failed    Fails',
  '  good.service loaded active running   A good service',
  '  x.socket     loaded active listening X socket',
  '  my.target    loaded active active    My target',
];

test('list-units shows what is active or failed, by type and name, and is what no verb means', () =>
  withBench(example, async ({ systemctl }) => {
    const expected = {
      out: [
        ...table,
        '',
        ...legend,
        '4 loaded units listed. Pass --all to see loaded but inactive units, too.',
        "To show all installed unit files use 'systemctl list-unit-files'.",
      ],
      err: [],
      status: 0,
    };
    assert.deepEqual(await systemctl('list-units'), expected);
    assert.deepEqual(await systemctl(), expected);
  }));

test('list-units without legend and dots is for programs', () =>
  withBench(example, async ({ systemctl }) => {
    assert.deepEqual((await systemctl('--no-legend', 'list-units')).out, table.slice(1));
    assert.deepEqual((await systemctl('list-units', '--plain', '--legend=no', '-t', 'socket,target')).out, [
      'x.socket  loaded active listening X socket',
      'my.target loaded active active    My target',
    ]);
  }));

test('--failed, --state= and patterns choose units, and --all adds those that are off', () =>
  withBench(example, async ({ systemctl }) => {
    assert.deepEqual((await systemctl('--failed')).out, [
      '  UNIT        LOAD   ACTIVE SUB    DESCRIPTION',
      '● bad.service loaded failed failed Fails',
      '',
      ...legend,
      '1 loaded units listed.',
    ]);
    assert.deepEqual((await systemctl('list-units', '--no-legend', '--state=listening,dead')).out, [
      '● gone.service not-found inactive dead      gone.service',
      '  idle.service loaded    inactive dead      idle.service',
      '  x.socket     loaded    active   listening X socket',
      '  sub.target   loaded    inactive dead      sub.target',
    ]);
    assert.deepEqual((await systemctl('list-units', '--all', 'i*')).out.slice(1, 2), ['  idle.service loaded inactive dead idle.service']);
    assert.deepEqual((await systemctl('list-units', 'nope*')).out, [
      '  UNIT LOAD ACTIVE SUB DESCRIPTION',
      '0 loaded units listed. Pass --all to see loaded but inactive units, too.',
      "To show all installed unit files use 'systemctl list-unit-files'.",
    ]);
  }));

test('a column for jobs is there when a unit has one', () =>
  withBench(
    (manager) => {
      manager.add('pre.service', { active: 'activating', sub: 'start-pre', job: { id: 1, type: 'start' } });
      manager.add('bad.service', { active: 'failed', sub: 'failed' });
    },
    async ({ systemctl }) => {
      assert.deepEqual((await systemctl('list-units')).out, [
        '  UNIT        LOAD   ACTIVE     SUB       JOB   DESCRIPTION',
        '● bad.service loaded failed     failed          bad.service',
        '  pre.service loaded activating start-pre start pre.service',
        '',
        ...legend,
        'JOB    = Pending job for the unit.',
        '',
        '2 loaded units listed. Pass --all to see loaded but inactive units, too.',
        "To show all installed unit files use 'systemctl list-unit-files'.",
      ]);
    },
  ));

test('lists as JSON, on one line or with tabs', () =>
  withBench(example, async ({ systemctl }) => {
    assert.deepEqual((await systemctl('list-units', '-o', 'json', 'good.service')).out, [
      '[{"unit":"good.service","load":"loaded","active":"active","sub":"running","description":"A good service"}]',
    ]);
    assert.deepEqual((await systemctl('list-units', '-o', 'json-pretty', 'good.service')).out, [
      '[',
      '\t{',
      '\t\t"unit" : "good.service",',
      '\t\t"load" : "loaded",',
      '\t\t"active" : "active",',
      '\t\t"sub" : "running",',
      '\t\t"description" : "A good service"',
      '\t}',
      ']',
    ]);
  }));

test('list-sockets has a line for each address', () =>
  withBench(example, async ({ systemctl }) => {
    assert.deepEqual((await systemctl('list-sockets', '--show-types')).out, [
      'LISTEN         TYPE     UNIT     ACTIVATES',
      '/run/x.fifo    FIFO     x.socket good.service',
      '/run/x.sock    Stream   x.socket good.service',
      '127.0.0.1:9999 Stream   x.socket good.service',
      '@abs           Datagram x.socket good.service',
      '',
      '4 sockets listed.',
      'Pass --all to see loaded but inactive sockets, too.',
    ]);
    assert.deepEqual(
      (await systemctl('list-sockets', '-o', 'json', '--no-legend')).out[0]?.slice(0, 60),
      '[{"listen":"/run/x.fifo","unit":"x.socket","activates":"good',
    );
  }));

test('list-dependencies draws a tree whose targets are opened and come last', () =>
  withBench(example, async ({ systemctl }) => {
    assert.deepEqual((await systemctl('list-dependencies', 'my.target')).out, [
      'my.target',
      '● ├─good.service',
      '● ├─x.socket',
      '○ └─sub.target',
      '×   ├─bad.service',
      '    └─...',
    ]);
    assert.deepEqual((await systemctl('list-dependencies', '--all', '--plain', 'my.target')).out, [
      'my.target',
      '  good.service',
      '  idle.service',
      '  x.socket',
      '  sub.target',
      '  bad.service',
    ]);
    assert.deepEqual((await systemctl('list-dependencies', '--reverse', 'good')).out, ['good.service', '● └─my.target']);
    assert.deepEqual((await systemctl('list-dependencies', '--after', 'my.target')).out, ['my.target', '○ └─idle.service']);
    assert.deepEqual((await systemctl('list-dependencies', 'nope')).out, ['nope.service']);
  }));

test('is-active and is-failed print a word for each unit and answer by their status', () =>
  withBench(example, async ({ systemctl }) => {
    assert.deepEqual(await systemctl('is-active', 'good', 'bad', 'nope'), { out: ['active', 'failed', 'inactive'], err: [], status: 0 });
    assert.deepEqual(await systemctl('is-active', 'bad'), { out: ['failed'], err: [], status: 3 });
    assert.deepEqual(await systemctl('is-active', '-q', 'good'), { out: [], err: [], status: 0 });
    assert.deepEqual(await systemctl('is-active', 'zz*'), { out: [], err: [], status: 3 });
    assert.deepEqual(await systemctl('is-failed', 'bad', 'good'), { out: ['failed', 'active'], err: [], status: 0 });
    assert.deepEqual(await systemctl('is-failed', 'good'), { out: ['active'], err: [], status: 1 });
  }));

test('is-system-running tells the state, and by its status whether all is well', () =>
  withBench(example, async ({ systemctl }) =>
    assert.deepEqual(await systemctl('is-system-running'), { out: ['degraded'], err: [], status: 1 }),
  ));

test('show prints properties in the order of the manager, several units with a line between', () =>
  withBench(example, async ({ systemctl }) => {
    assert.deepEqual((await systemctl('show', '-p', 'ActiveState,Id', 'good', 'nope')).out, [
      'Id=good.service',
      'ActiveState=active',
      '',
      'Id=nope.service',
      'ActiveState=inactive',
    ]);
    assert.deepEqual((await systemctl('show', '--value', '-p', 'ActiveState', 'good', 'bad')).out, ['active', '', 'failed']);
    assert.deepEqual((await systemctl('show', '-P', 'Listen', 'x.socket')).out, [
      '/run/x.sock (Stream)',
      '127.0.0.1:9999 (Stream)',
      '@abs (Datagram)',
      '/run/x.fifo (FIFO)',
    ]);
    assert.deepEqual((await systemctl('show', 'good')).out, ['Id=good.service', 'LoadState=loaded', 'ActiveState=active']);
    assert.deepEqual((await systemctl('show', '-p', 'StatusText', 'good')).out, ['StatusText=']);
    assert.deepEqual((await systemctl('show', '-p', 'Version')).out, ['Version=0.1.0']);
    assert.deepEqual((await systemctl('show', '-p', 'Nope', 'good')).out, []);
  }));

test('cat prints each file below its path', () =>
  withBench(example, async ({ systemctl }) => {
    assert.deepEqual(await systemctl('cat', 'web', 'nope', 'masked'), {
      out: [
        '# /etc/systemd/system/web.service',
        '[Service]',
        'ExecStart=/bin/web',
        '',
        '# /etc/systemd/system/web.service.d/a.conf',
        '[Service]',
        'User=web',
        '',
        '# Unit masked.service is masked.',
      ],
      err: ['No files found for nope.service.'],
      status: 1,
    });
  }));

test('the environment block is shown so that a shell can read it', () =>
  withBench(example, async ({ systemctl }) => {
    assert.equal((await systemctl('set-environment', 'A=b c', "C=$x'y", 'D=', 'T=~x', 'U=äö', 'W=a\nb')).status, 0);
    assert.deepEqual((await systemctl('show-environment')).out, [
      'LANG=C.UTF-8',
      "A=$'b c'",
      "C=$'$x\\'y'",
      'D=',
      'T=~x',
      'U=äö',
      "W=$'a\\nb'",
    ]);
    await systemctl('unset-environment', 'A', 'C', 'T', 'U', 'W');
    assert.deepEqual((await systemctl('show-environment', '-o', 'json')).out, ['{"LANG":"C.UTF-8","D":""}']);
  }));

test('plan shows the operations of each process and what is not carried out', () =>
  withBench(example, async ({ tysctl }) => {
    assert.deepEqual((await tysctl('plan', 'good')).out, [
      'good.service',
      '  ExecStart',
      '    1  setsid',
      '    2  chdir path="/"',
      '  not carried out',
      '       ProtectSystem= (not yet)',
    ]);
    assert.deepEqual(await tysctl('plan', 'nope'), {
      out: [],
      err: ['Failed to plan nope.service: Unit nope.service not found.'],
      status: 5,
    });
  }));

test('the hint below a list names the program that was called', () =>
  withBench(
    (manager) => manager.add('web.service', { active: 'active', sub: 'running' }),
    async ({ tysctl }) => {
      const { out } = await tysctl('list-units');
      assert.equal(out.at(-1), "To show all installed unit files use 'tysctl list-unit-files'.");
    },
  ));
