import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { facts } from '../../test/unit/facts.ts';
import { FakeFiles } from '../port/files-fake.ts';
import type { InstallContext } from '../unit/install/context.ts';
import { unitSearchPath } from '../unit/search-path.ts';
import { InstallService } from './install.ts';
import { globalPlaces, installContext, withinOwnPath } from './install-context.ts';

const ETC = '/etc/systemd/system';
const RUN = '/run/systemd/system';
const LIB = '/usr/lib/systemd/system';
const none = { changes: [], records: [], hasInstallInfo: false };

function contextOf(files: FakeFiles): InstallContext {
  return installContext('system', unitSearchPath('system', {}), files, facts, {});
}

function serviceOn(files: FakeFiles): InstallService {
  return new InstallService(contextOf(files), files, globalPlaces);
}

function service(content: Readonly<Record<string, string>>): InstallService {
  return serviceOn(new FakeFiles({ [`${LIB}/multi-user.target`]: '# pull\n', ...content }));
}

/** A step of a known scenario; what is null or absent there is not known. */
interface Step {
  readonly op: string;
  readonly path?: string;
  readonly content?: string;
  readonly target?: string;
  readonly unit?: string | null;
  readonly units?: readonly string[];
  readonly arg?: string;
  readonly state?: string;
  readonly error?: string;
  readonly ret?: string;
  readonly changes?: readonly { readonly type: string; readonly path: string | null; readonly source?: string }[];
  readonly n_changes?: number;
}

type Operation = Parameters<InstallService['apply']>[0];

const operations: ReadonlySet<string> = new Set<Operation>([
  'enable',
  'disable',
  'reenable',
  'preset',
  'preset-all',
  'mask',
  'unmask',
  'set-default',
]);

function isOperation(text: string): text is Operation {
  return operations.has(text);
}

const { cases }: { readonly cases: readonly { readonly test: string; readonly steps: readonly Step[] }[] } = JSON.parse(
  readFileSync(new URL('../../test/corpus/install-root.json', import.meta.url), 'utf8'),
);

test('the known scenarios go as with systemctl --root', () => {
  const files = new FakeFiles({ [`${LIB}/multi-user.target`]: '# pull\n', [`${LIB}/graphical.target`]: '# pull\n' });
  const counts = { setUp: 0, states: 0, operations: 0, skipped: 0 };
  for (const { test: name, steps } of cases) {
    for (const [index, step] of steps.entries()) counts[carryOut(step, files, `${name}, step ${index}: ${JSON.stringify(step)}`)] += 1;
  }
  // Skipped are one `list` of which nothing is recorded, and one state of a unit whose name is not recorded.
  assert.deepEqual(counts, { setUp: 30, states: 133, operations: 33, skipped: 2 });
});

function carryOut(step: Step, files: FakeFiles, label: string): 'setUp' | 'states' | 'operations' | 'skipped' {
  const install = new InstallService({ ...contextOf(files), builtIn: () => undefined }, files, globalPlaces);
  const { op, path = '', unit, state } = step;
  if (op === 'write') files.write(path, `${step.content ?? ''}\n`);
  else if (op === 'symlink') files.symlink(step.target ?? '', path);
  else if (op === 'unlink') files.unlink(path);
  else if (op === 'get-state') {
    if (unit === undefined || unit === null) return 'skipped';
    const found = install.state(unit);
    assert.equal(state === '(exists)' ? found !== undefined : found, state === '(exists)' ? true : state, label);
    return 'states';
  } else if (op === 'get-default') {
    assert.equal(install.defaultTarget().ok, !hasFailed(step), label);
    return 'operations';
  } else if (isOperation(op)) {
    checkOperation(op, step, install, label);
    return 'operations';
  } else return 'skipped';
  return 'setUp';
}

function checkOperation(op: Operation, step: Step, install: InstallService, label: string): void {
  const outcome = install.apply(op, step.arg === undefined ? (step.units ?? []) : [step.arg], {});
  assert.equal(outcome.ok, !hasFailed(step), label);
  // Of preset-all the scenarios record the states only.
  if (!outcome.ok || op === 'preset-all') return;
  const expected = (step.changes ?? []).filter(({ type }) => type === 'symlink' || type === 'unlink');
  assert.deepEqual(
    outcome.value.changes.map((change, index) => ({
      change: change.change,
      path: expected[index]?.path === null ? null : change.path,
      target: change.change === 'symlink' && expected[index]?.source !== undefined ? change.target : undefined,
    })),
    expected
      .slice(0, expected.length === 0 && step.n_changes === undefined ? outcome.value.changes.length : undefined)
      .map(({ type, path, source }) => ({ change: type, path, target: source })),
    label,
  );
}

function hasFailed({ ret = '' }: Step): boolean {
  return ret.startsWith('-');
}

test('enable links the unit, names what it made, and does nothing the second time', () => {
  const install = service({ [`${LIB}/a.service`]: '[Install]\nWantedBy=multi-user.target new.target\nAlias=b.service\n' });
  const path = `${LIB}/a.service`;
  const made = [
    { change: 'symlink', path: `${ETC}/b.service`, target: path },
    { change: 'symlink', path: `${ETC}/multi-user.target.wants/a.service`, target: path },
    { change: 'symlink', path: `${ETC}/new.target.wants/a.service`, target: path },
  ];
  assert.deepEqual(install.apply('enable', ['a.service'], {}), {
    ok: true,
    value: {
      changes: made,
      records: [...made, { change: 'note', note: 'no-destination', unit: path, other: 'new.target' }],
      hasInstallInfo: true,
    },
  });
  assert.deepEqual([install.state('a.service'), install.state('b.service')], ['enabled', 'alias']);
  const again = install.apply('enable', ['a.service'], {});
  assert.deepEqual(again.ok && again.value.changes, []);
});

test('disable leaves no empty directory behind', () => {
  const files = new FakeFiles({ [`${LIB}/a.service`]: '[Install]\nWantedBy=multi-user.target\n' });
  const install = serviceOn(files);
  install.apply('enable', ['a.service'], { runtime: true });
  assert.deepEqual(files.list(RUN), ['multi-user.target.wants']);
  install.apply('disable', ['a.service'], { runtime: true });
  assert.deepEqual(files.list(RUN), []);
});

test('a unit without [Install] is enabled by nothing, which is no error', () => {
  assert.deepEqual(service({ [`${LIB}/a.service`]: '[Service]\nExecStart=/bin/true\n' }).apply('enable', ['a.service'], {}), {
    ok: true,
    value: none,
  });
});

const refusals: Readonly<Record<string, readonly [Operation, string, string, string]>> = {
  'a missing unit': ['enable', 'no.service', 'no-such-unit', 'Unit file no.service does not exist.'],
  'a missing unit to disable': ['disable', 'no.service', 'no-such-unit', 'Unit file no.service does not exist.'],
  'a masked unit': ['enable', 'masked.service', 'masked', `Unit file ${ETC}/masked.service is masked.`],
  'a generated unit': ['enable', 'made.service', 'invalid', 'Unit /run/systemd/generator/made.service is transient or generated.'],
  'an alias of another type': ['enable', 'odd.service', 'failed', 'Cannot alias odd.service as odd.socket.'],
  'an alias that is taken': ['enable', 'taken.service', 'exists', `File ${ETC}/own.service already exists.`],
  'a link that is taken': [
    'enable',
    'other.service',
    'exists',
    `File ${ETC}/link.service already exists and is a symlink to /opt/x.service.`,
  ],
  'a template without an instance': [
    'enable',
    't@.service',
    'failed',
    'Cannot enable t@.service: destination unit multi-user.target is a non-template unit.',
  ],
  'a target that is no name': ['enable', 'bad.service', 'bad-name', '"multi" is not a valid unit name.'],
  'a specifier that there is not': ['enable', 'percent.service', 'invalid', 'Invalid specifier in %z.service.'],
  'a mask over a file': ['mask', 'own.service', 'exists', `File ${ETC}/own.service already exists.`],
  'a link below the search path': [
    'link',
    `${LIB}/below/x.service`,
    'failed',
    `File ${LIB}/below/x.service is under the systemd unit hierarchy already.`,
  ],
  'a default that is no target': [
    'set-default',
    'own.service',
    'invalid',
    'default.target can lead to another target only, not to own.service.',
  ],
};

for (const [what, [operation, unit, code, message]] of Object.entries(refusals)) {
  test(`${what} is refused in the words of systemd`, () => {
    const install = service({
      [`${LIB}/masked.service`]: '[Install]\nWantedBy=multi-user.target\n',
      [`${ETC}/masked.service`]: '-> /dev/null',
      '/run/systemd/generator/made.service': '[Service]\n',
      [`${LIB}/odd.service`]: '[Install]\nAlias=odd.socket\n',
      [`${LIB}/taken.service`]: '[Install]\nAlias=own.service\n',
      [`${ETC}/own.service`]: '[Service]\n',
      [`${LIB}/other.service`]: '[Install]\nAlias=link.service\n',
      [`${ETC}/link.service`]: '-> /opt/x.service',
      [`${LIB}/t@.service`]: '[Install]\nWantedBy=multi-user.target\n',
      [`${LIB}/bad.service`]: '[Install]\nWantedBy=multi\n',
      [`${LIB}/percent.service`]: '[Install]\nAlias=%z.service\n',
      [`${LIB}/below/x.service`]: '[Service]\n',
    });
    const outcome = install.apply(operation, [unit], {});
    assert.deepEqual(!outcome.ok && [outcome.error.code, outcome.error.message], [code, message]);
  });
}

test('--global makes its links for all users', () => {
  const files = new FakeFiles({ '/usr/lib/systemd/user/a.service': '[Install]\nWantedBy=default.target\n' });
  const environment = { HOME: '/home/me', XDG_RUNTIME_DIR: '/run/user/7' };
  const context = installContext('user', unitSearchPath('user', environment), files, { ...facts, scope: 'user' }, environment);
  const install = new InstallService(context, files, globalPlaces);
  install.apply('enable', ['a.service'], { global: true });
  assert.equal(files.readLink('/etc/systemd/user/default.target.wants/a.service'), '/usr/lib/systemd/user/a.service');
  assert.equal(install.state('a.service'), 'enabled');
  install.apply('mask', ['a.service'], {});
  assert.equal(files.readLink('/home/me/.config/systemd/user/a.service'), '/dev/null');
  assert.equal(install.state('a.service'), 'masked');
});

test('a manager with a search path of its own has its links in that path', () => {
  const files = new FakeFiles({ '/srv/units/a.service': '[Install]\nWantedBy=default.target\n', '/run/mine/x': '' });
  const own = withinOwnPath(installContext('system', ['/srv/units', '/run/mine'], files, facts, {}));
  const install = new InstallService(own, files, globalPlaces);
  install.apply('enable', ['a.service'], { runtime: true });
  assert.equal(install.state('a.service'), 'enabled-runtime');
  assert.equal(files.readLink('/run/mine/default.target.wants/a.service'), '/srv/units/a.service');
  install.apply('enable', ['a.service'], {});
  assert.equal(files.readLink('/srv/units/default.target.wants/a.service'), '/srv/units/a.service');
  assert.equal(install.state('a.service'), 'enabled');
  for (const runtime of [false, true]) install.apply('disable', ['a.service'], { runtime });
  assert.equal(install.state('a.service'), 'disabled');
});

test('a preset is told also of a unit file that it would not change', () => {
  const install = service({
    [`${LIB}/plain.socket`]: '[Socket]\n',
    '/usr/lib/systemd/system-preset/50-x.preset': 'disable plain.*\n',
  });
  assert.deepEqual([install.preset('plain.socket'), install.preset('other.service')], ['disabled', 'enabled']);
});

test('all unit files are listed by type and name, with what the presets say where that matters', () => {
  const install = service({
    [`${LIB}/on.service`]: '[Install]\nWantedBy=multi-user.target\n',
    [`${LIB}/off.service`]: '[Install]\nWantedBy=multi-user.target\n',
    [`${LIB}/plain.socket`]: '[Socket]\n',
    [`${ETC}/broken.service`]: '-> odd.socket',
    '/usr/lib/systemd/system-preset/50-x.preset': '# first match counts\nenable on.*\ndisable *\n',
  });
  assert.deepEqual(install.list(), [
    { name: 'broken.service', path: `${ETC}/broken.service`, state: 'bad', preset: 'disabled' },
    { name: 'off.service', path: `${LIB}/off.service`, state: 'disabled', preset: 'disabled' },
    { name: 'on.service', path: `${LIB}/on.service`, state: 'disabled', preset: 'enabled' },
    { name: 'plain.socket', path: `${LIB}/plain.socket`, state: 'static' },
    { name: 'multi-user.target', path: `${LIB}/multi-user.target`, state: 'static' },
  ]);
});

test('targets that are built in need no files: units are added to them, and one can be the default', () => {
  const files = new FakeFiles({ [`${LIB}/a.service`]: '[Install]\nWantedBy=multi-user.target nowhere.target\n' });
  const install = serviceOn(files);
  const told = install.apply('enable', ['a.service'], {});
  assert.deepEqual(told.ok ? told.value.records.flatMap((record) => (record.change === 'note' ? [record.other] : [])) : told.error, [
    'nowhere.target',
  ]);
  assert.deepEqual(install.defaultTarget(), { ok: true, value: 'multi-user.target' });
  assert.equal(install.apply('set-default', ['rescue.target'], {}).ok, true);
  assert.equal(files.readLink(`${ETC}/default.target`), `${LIB}/rescue.target`);
  assert.deepEqual(install.defaultTarget(), { ok: true, value: 'rescue.target' });
  assert.equal(install.apply('set-default', ['nowhere.target'], {}).ok, false);
  assert.deepEqual(install.defaultTarget(), { ok: true, value: 'rescue.target' });
});
