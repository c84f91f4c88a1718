import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Script } from '../../src/port/keeper-fake.ts';
import { SECOND, Simulation } from './simulation.ts';

const held = 'socket/web.socket/0';

interface Site {
  readonly socket?: string;
  /** The lines of the template, in place of an ExecStart= that runs for ever. */
  readonly template?: string;
  readonly page?: Script;
}

/** A socket whose connections are served by instances of a template. */
function site({ socket = '', template = 'ExecStart=/bin/page %i', page = {} }: Site = {}): Simulation {
  return new Simulation({
    programs: { '/bin/page': page },
    units: {
      'default.target': '[Unit]\nRequires=web.socket\n',
      'web.socket': `[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=/run/sock\nAccept=yes\n${socket}\n`,
      'web@.service': `[Unit]\nDefaultDependencies=no\nDescription=A page\n[Service]\n${template}\n`,
    },
  });
}

function connects(simulation: Simulation, ...pids: readonly number[]): void {
  for (const pid of pids) simulation.keeper.connects(held, { pid, uid: 7 });
  simulation.clock.settle();
}

function counters({ manager }: Simulation): string {
  const { NAccepted, NConnections, NRefused, SubState, Result } = manager.properties('web.socket') ?? {};
  return `${SubState} ${Result}: ${NConnections} of ${NAccepted}, ${NRefused} refused`;
}

/** The descriptors of connections that the keeper holds. */
function connections({ keeper }: Simulation): readonly string[] {
  return keeper.descriptors().filter((name) => name !== held);
}

test('each connection is served by an instance of its own, which is gone when it is done', () => {
  const simulation = site({ page: { runUsec: SECOND } }).boot();
  connects(simulation, 5, 6);
  assert.deepEqual(simulation.running(), ['/bin/page 0-5-7', '/bin/page 1-6-7']);
  assert.deepEqual(connections(simulation), ['connection/web@0-5-7.service', 'connection/web@1-6-7.service']);
  assert.equal(counters(simulation), 'listening success: 2 of 2, 0 refused');
  assert.equal(simulation.manager.unit('web@1-6-7.service')?.description, 'A page (PID 6/UID 7)');
  simulation.clock.advance(2 * SECOND);
  assert.equal(counters(simulation), 'listening success: 0 of 2, 0 refused');
  assert.deepEqual([simulation.running(), connections(simulation)], [[], []]);
  assert.deepEqual(
    simulation.manager.units().filter(({ name }) => name.startsWith('web@')),
    [],
  );
});

test('an instance follows its socket and is triggered by it, also after the manager was killed', () => {
  const simulation = site().boot();
  connects(simulation, 5);
  const relations = (): unknown => {
    const { After, TriggeredBy, Description } = simulation.manager.properties('web@0-5-7.service') ?? {};
    return { After, TriggeredBy, Description, Triggers: simulation.manager.properties('web.socket')?.['Triggers'] };
  };
  const before = relations();
  assert.deepEqual(before, {
    After: 'system-web.slice systemd-journald.socket web.socket',
    TriggeredBy: 'web.socket',
    Description: 'A page (PID 5/UID 7)',
    Triggers: 'web@0-5-7.service',
  });
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  assert.deepEqual(relations(), before);
  simulation.manager.reload();
  simulation.clock.settle();
  assert.deepEqual([relations(), counters(simulation)], [before, 'listening success: 1 of 1, 0 refused']);
  assert.deepEqual(connections(simulation), ['connection/web@0-5-7.service']);
});

test('a failed instance stays, without its connection', () => {
  const simulation = site({ page: { runUsec: 1000, exit: 3 } }).boot();
  connects(simulation, 5);
  simulation.clock.advance(SECOND);
  assert.equal(simulation.state('web@0-5-7.service'), 'failed (failed)');
  assert.deepEqual([connections(simulation), counters(simulation)], [[], 'listening success: 0 of 1, 0 refused']);
});

test('CollectMode=inactive-or-failed has a failed instance go too', () => {
  const simulation = new Simulation({
    programs: { '/bin/page': { runUsec: 1000, exit: 3 } },
    units: {
      'web.socket': '[Socket]\nListenStream=/run/sock\nAccept=yes\n',
      'web@.service': '[Unit]\nCollectMode=inactive-or-failed\n[Service]\nExecStart=/bin/page\n',
      'default.target': '[Unit]\nRequires=web.socket\n',
    },
  }).boot();
  connects(simulation, 5);
  simulation.clock.advance(SECOND);
  assert.deepEqual(
    simulation.manager.units().filter(({ name }) => name.startsWith('web@')),
    [],
  );
});

test('connections beyond MaxConnections= are closed and counted', () => {
  const simulation = site({ socket: 'MaxConnections=2' }).boot();
  connects(simulation, 1, 2, 3);
  assert.equal(counters(simulation), 'listening success: 2 of 2, 1 refused');
  assert.equal(connections(simulation).length, 2);
  assert.ok(simulation.messages().includes('web.socket: Too many incoming connections (2), dropping connection.'));
  simulation.manager.request('stop', 'web@0-1-7.service', 'replace', 'test');
  simulation.clock.settle();
  connects(simulation, 4);
  assert.equal(counters(simulation), 'listening success: 2 of 3, 1 refused');
});

test('a flood has no more than 64 connections taken at a time, and all of them are served in the end', () => {
  const simulation = site({ socket: 'MaxConnections=1000\nTriggerLimitIntervalSec=0' }).boot();
  for (let pid = 1; pid <= 300; pid += 1) simulation.keeper.connects(held, { pid, uid: 7 });
  assert.equal(simulation.keeper.backlog, 300 - 64);
  simulation.clock.settle();
  assert.deepEqual([simulation.keeper.backlog, counters(simulation)], [0, 'listening success: 300 of 300, 0 refused']);
});

test('a socket whose template is missing fails with its first connection', () => {
  const simulation = new Simulation({
    units: { 'web.socket': '[Socket]\nListenStream=/run/sock\nAccept=yes\n', 'default.target': '[Unit]\nRequires=web.socket\n' },
  }).boot();
  connects(simulation, 5);
  assert.deepEqual([counters(simulation), simulation.keeper.descriptors()], ['failed resources: 0 of 1, 0 refused', []]);
});

test('an instance whose condition does not hold lets go of its connection', () => {
  const simulation = site({ template: 'ExecStart=/bin/page\n[Unit]\nConditionPathExists=/nonexistent' }).boot();
  connects(simulation, 5);
  assert.deepEqual([counters(simulation), connections(simulation)], ['listening success: 0 of 1, 0 refused', []]);
});

test('a stop of the socket leaves what is being served, and a start goes on counting', () => {
  const simulation = site().boot();
  connects(simulation, 5);
  simulation.manager.request('stop', 'web.socket', 'replace', 'test');
  simulation.clock.settle();
  assert.deepEqual([counters(simulation), simulation.running()], ['dead success: 1 of 1, 0 refused', ['/bin/page 0-5-7']]);
  simulation.manager.request('start', 'web.socket', 'replace', 'test');
  simulation.clock.settle();
  connects(simulation, 6);
  assert.equal(counters(simulation), 'listening success: 2 of 2, 0 refused');
});

interface Visit {
  readonly afterUsec: number;
  readonly pid: number;
}

/** Connections come, and the manager is killed before it hears of the events with these numbers. */
function visited(
  visits: readonly Visit[],
  page: Script,
  crashes: readonly number[],
): { readonly outcome: unknown; readonly events: number } {
  const simulation = site({ page, socket: 'MaxConnections=3\nMaxConnectionsPerSource=2' });
  let events = 0;
  const pending = new Set(crashes);
  simulation.keeper.mayDeliver = (event) => {
    events = Math.max(events, event.sequence);
    if (!pending.delete(event.sequence)) return true;
    simulation.crash();
    simulation.clock.soon(() => simulation.startManager());
    return false;
  };
  simulation.boot();
  for (const { afterUsec, pid } of visits) {
    simulation.clock.advance(afterUsec);
    simulation.keeper.connects(held, { pid, uid: pid % 2 });
  }
  simulation.clock.advance(60 * SECOND);
  return {
    events,
    outcome: {
      counters: counters(simulation),
      served: simulation.keeper.batches.flatMap(({ commands }) => commands).filter((command) => command.do === 'run').length,
      running: simulation.running(),
      descriptors: simulation.keeper.descriptors(),
      groups: simulation.keeper.groups(),
      states: simulation.states(),
    },
  };
}

const visits = fc.array(fc.record({ afterUsec: fc.constantFrom(0, 0, 700_001, 2_100_001), pid: fc.integer({ min: 100, max: 999 }) }), {
  minLength: 1,
  maxLength: 12,
});
const pages = fc.constantFrom<Script>({}, { runUsec: 1_000_003 }, { runUsec: 1_000_003, exit: 1 });

test('no connection is lost or served twice, whenever the manager is killed', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(visits, pages, fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 8 }), (who, page, crashes) => {
      assert.deepEqual(visited(who, page, crashes).outcome, visited(who, page, []).outcome);
    }),
    { numRuns: 60 },
  );
});
