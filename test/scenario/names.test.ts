import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Script } from '../../src/port/keeper-fake.ts';
import { answerPath, type Question } from '../../src/manager/name-service.ts';
import { SECOND, Simulation, type SimulationOptions } from './simulation.ts';

function isDatabase(text: string): text is Question['database'] {
  return text === 'passwd' || text === 'group' || text === 'initgroups';
}

const service = (lines: string): string => `[Unit]\nDefaultDependencies=no\n[Service]\n${lines}\nExecStart=/bin/daemon`;

/** A machine with a name service beside its files, which says this, a line by question; a second is what it takes. */
function machine(
  said: Readonly<Record<string, string>>,
  { units, answers = {}, files = {} }: Pick<SimulationOptions, 'units' | 'files'> & { readonly answers?: Readonly<Record<string, Script>> },
): { readonly simulation: Simulation; readonly asked: string[] } {
  const asked: string[] = [];
  const simulation: Simulation = new Simulation({
    units,
    files: {
      '/etc/nsswitch.conf': '# names\npasswd: files [NOTFOUND=continue] made\ngroup: files made # and more\n',
      '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nlocal:x:1000:1000::/home/local:/bin/sh\n',
      '/etc/group': 'root:x:0:\nlocal:x:1000:\nwheel:x:10:local\n',
      ...files,
    },
    programs: {
      getent: (_, argv) => {
        const [, database = '', , key = ''] = argv;
        const word = `${database} ${key}`;
        asked.push(word);
        const line = said[word];
        assert.ok(isDatabase(database));
        const question = { database, key };
        if (line !== undefined) simulation.files.write(`${answerPath('/run/tysd', question)}.new`, `${line}\n`);
        return answers[word] ?? { runUsec: SECOND, exit: line === undefined ? 2 : 0 };
      },
    },
  });
  return { simulation, asked };
}

/** The ids that the process of this path is given: groups, gid, uid. */
function ids(simulation: Simulation, path = '/bin/daemon'): unknown {
  const runs = simulation.keeper.batches.flatMap(({ commands }) => commands.flatMap((each) => (each.do === 'run' ? [each.plan] : [])));
  const plan = runs.findLast((each) => each.some((op) => op.op === 'exec' && op.paths.includes(path))) ?? [];
  const given: Record<string, string | number> = {};
  for (const op of plan) {
    if (op.op === 'groups') given['groups'] = op.gids.join(' ');
    if (op.op === 'gid') given['gid'] = op.gid;
    if (op.op === 'uid') given['uid'] = op.uid;
  }
  return given;
}

const remote = {
  'passwd remote': 'remote:*:70000:70001:Remote:/home/remote:/bin/bash',
  'initgroups remote': 'remote                70002 70003',
  'group team': 'team:*:70004:remote',
  'initgroups local': 'local                 10 70002',
};

function start(simulation: Simulation, unit: string): void {
  assert.ok(simulation.manager.request('start', unit, 'replace', 'test').ok);
  simulation.clock.settle();
}

test('a service starts as a user that only the name service knows, once that has answered', () => {
  const { simulation, asked } = machine(remote, { units: { 'a.service': service('User=remote\nSupplementaryGroups=team') } });
  simulation.boot();
  start(simulation, 'a.service');
  assert.equal(simulation.state('a.service'), 'inactive (dead)');
  simulation.clock.advance(5 * SECOND);
  assert.equal(simulation.state('a.service'), 'active (running)');
  assert.deepEqual(asked.toSorted(), ['group team', 'initgroups remote', 'passwd remote']);
  assert.deepEqual(ids(simulation), { groups: '70001 70002 70003 70004', gid: 70001, uid: 70000 });
});

test('a user of the files is asked of only for his groups, and nothing is asked where there are only files', () => {
  const unit = { 'a.service': service('User=local') };
  const { simulation, asked } = machine(remote, { units: unit });
  simulation.boot();
  start(simulation, 'a.service');
  simulation.clock.advance(5 * SECOND);
  assert.deepEqual(asked, ['initgroups local']);
  assert.deepEqual(ids(simulation), { groups: '1000 10 70002', gid: 1000, uid: 1000 });
  for (const files of [{ '/etc/nsswitch.conf': 'passwd: files systemd\ngroup: files systemd\n' }, { '/etc/nsswitch.conf': '' }]) {
    const alone = machine(remote, { units: unit, files });
    alone.simulation.boot();
    start(alone.simulation, 'a.service');
    assert.equal(alone.simulation.state('a.service'), 'active (running)');
    assert.deepEqual(alone.asked, []);
  }
});

test('units that name the same user wait for one answer', () => {
  const { simulation, asked } = machine(remote, { units: { 'a.service': service('User=remote'), 'b.service': service('User=remote') } });
  simulation.boot();
  start(simulation, 'a.service');
  start(simulation, 'b.service');
  simulation.clock.advance(5 * SECOND);
  assert.deepEqual(simulation.states(), { 'a.service': 'active (running)', 'b.service': 'active (running)' });
  assert.deepEqual(asked, ['passwd remote', 'initgroups remote']);
});

test('who is nobody to the name service either makes the start fail as with systemd', () => {
  const { simulation } = machine({}, { units: { 'a.service': service('User=remote') } });
  simulation.boot();
  start(simulation, 'a.service');
  simulation.clock.advance(5 * SECOND);
  assert.equal(simulation.state('a.service'), 'failed (failed)');
});

test('a name service that hangs is ended, and then counts as one that knows nothing', () => {
  const hung = { runUsec: 30 * SECOND, killedBy: 14 };
  const { simulation } = machine(remote, { units: { 'a.service': service('User=remote') }, answers: { 'passwd remote': hung } });
  simulation.boot();
  start(simulation, 'a.service');
  simulation.clock.advance(29 * SECOND);
  assert.equal(simulation.state('a.service'), 'inactive (dead)');
  simulation.clock.advance(2 * SECOND);
  assert.equal(simulation.state('a.service'), 'failed (failed)');
  assert.ok(simulation.messages().includes('Cannot look up passwd remote: there was no answer for 30 s'));
});

test('what ends a service finds who it runs as, also when the name service does not answer any more and the manager is another', () => {
  const said: Record<string, string> = { ...remote };
  const { simulation } = machine(said, { units: { 'a.service': service('User=remote\nExecStop=/bin/stop') } });
  simulation.boot();
  start(simulation, 'a.service');
  simulation.clock.advance(5 * SECOND);
  for (const word of Object.keys(said)) delete said[word];
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  assert.ok(simulation.manager.request('stop', 'a.service', 'replace', 'test').ok);
  simulation.clock.settle();
  assert.deepEqual(ids(simulation, '/bin/stop'), { groups: '70001 70002 70003', gid: 70001, uid: 70000 });
});

test('a start that was canceled meanwhile is not carried out when the answer comes', () => {
  const { simulation } = machine(remote, { units: { 'a.service': service('User=remote') } });
  simulation.boot();
  start(simulation, 'a.service');
  assert.ok(simulation.manager.request('stop', 'a.service', 'replace', 'test').ok);
  simulation.clock.advance(5 * SECOND);
  assert.equal(simulation.state('a.service'), 'inactive (dead)');
});

test('a manager that is killed at any moment while names are looked up is followed by one that asks again', () => {
  const units = { 'default.target': '[Unit]\nDefaultDependencies=no\nWants=a.service\n', 'a.service': service('User=remote') };
  let events = 0;
  const undisturbed = machine(remote, { units }).simulation;
  undisturbed.keeper.mayDeliver = ({ sequence }) => {
    events = sequence;
    return true;
  };
  undisturbed.boot();
  undisturbed.clock.advance(60 * SECOND);
  assert.ok(events > 4);
  for (let sequence = 1; sequence <= events; sequence++) {
    const { simulation } = machine(remote, { units });
    simulation.crashAt(sequence);
    simulation.boot();
    simulation.clock.advance(60 * SECOND);
    assert.equal(simulation.state('a.service'), 'active (running)', `killed at event ${sequence}`);
    assert.deepEqual(ids(simulation), { groups: '70001 70002 70003', gid: 70001, uid: 70000 }, `killed at event ${sequence}`);
  }
});

test('an answer that is none is not believed', () => {
  const strange = [
    'remote:*:0x1:70001::/home:/bin/sh',
    'remote:*:4294967295:70001::/home:/bin/sh',
    'remote:*:-1:70001::/home:/bin/sh',
    'remote:*:70000:70001::home:/bin/sh',
    'remote:*:70000:70001',
    're\u0007mote:*:70000:70001::/home:/bin/sh',
    '0:*:70000:70001::/home:/bin/sh',
    ':*:70000:70001::/home:/bin/sh',
    '',
  ];
  for (const line of strange) {
    const { simulation } = machine({ 'passwd remote': line }, { units: { 'a.service': service('User=remote') } });
    simulation.boot();
    start(simulation, 'a.service');
    simulation.clock.advance(5 * SECOND);
    assert.equal(simulation.state('a.service'), 'failed (failed)', line);
  }
});

test('who names nobody is started without a look at where names come from', () => {
  const looks = new Map<string, number>();
  const units = { 'a.service': service('Nice=1'), 'b.service': service('User=local'), 'default.target': '' };
  const simulation = new Simulation({ units });
  simulation.files.liveTree('/etc', (below) => {
    looks.set(below, (looks.get(below) ?? 0) + 1);
    return undefined;
  });
  simulation.boot();
  for (const unit of ['a.service', 'b.service']) {
    looks.clear();
    simulation.manager.request('start', unit, 'replace', 'test');
    simulation.clock.settle();
    assert.equal(looks.has('nsswitch.conf'), unit === 'b.service', unit);
  }
});
