import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unreachable } from '../../src/base/assert.ts';
import { isHistoryEntry, type HistoryEntry } from '../../src/graph/history.ts';
import { SECOND, Simulation } from './simulation.ts';

/** Entries in a few words: what happened, and why. */
function told(entries: readonly HistoryEntry[]): readonly string[] {
  return entries.map((entry) => {
    switch (entry.what) {
      case 'state':
        return `${entry.unit}: ${entry.to}${entry.result === undefined ? '' : `, ${entry.result}`}: ${entry.cause}`;
      case 'job':
        return `${entry.unit}: ${entry.type} job for ${entry.cause}${entry.reason === undefined ? '' : `, ${entry.reason.because} of ${entry.reason.of}`}${entry.by === undefined ? '' : `, by ${entry.by}`}`;
      case 'end':
        return `${entry.unit}: ${entry.type} job: ${entry.result}: ${entry.cause ?? ''}`;
      case 'refused':
        return `${entry.unit}: ${entry.type} refused for ${entry.cause}: ${[entry.message, ...(entry.details ?? [])].join('; ')}`;
      case 'manager':
        return `manager: ${entry.cause}`;
      default:
        return unreachable(entry);
    }
  });
}

const service = (unit: string, more = '') => `[Unit]\n${unit}\n[Service]\nExecStart=/bin/daemon\n${more}`;

test('a state tells the job or the event that brought it about, and a job who asked for it or what pulled it in', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\nWants=a.service\n',
      'a.service': service('OnFailure=help.service'),
      'help.service': '[Service]\nExecStart=/bin/help\n',
    },
    programs: { '/bin/daemon': { runUsec: 2 * SECOND, exit: 3 }, '/bin/help': {} },
  }).boot();
  simulation.clock.advance(5 * SECOND);
  const entries = ['a.service', 'help.service'].flatMap((unit) => simulation.manager.history(unit));
  assert.deepEqual(told(entries), [
    'a.service: start job for boot, dependency of default.target',
    'a.service: activating (start): start job 2',
    'a.service: active (running): its process is there',
    'a.service: failed (failed), exit-code: /bin/daemon exited with status 3',
    'help.service: start job for OnFailure= of a.service, by a.service',
    'help.service: activating (start): start job 6',
    'help.service: active (running): its process is there',
  ]);
});

test('what was skipped, refused or cancelled is told with its reason', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\nWants=skipped.service\n',
      'skipped.service': service('ConditionPathExists=/nope'),
      'slow.service': service('', 'Type=oneshot'),
      'after.service': service('After=slow.service\nRequires=slow.service'),
    },
    programs: { '/bin/daemon': { runUsec: 60 * SECOND } },
  }).boot();
  assert.ok(simulation.manager.request('start', 'after.service', 'replace', 'somebody').ok);
  simulation.clock.settle();
  assert.ok(simulation.manager.request('stop', 'slow.service', 'replace', 'somebody else').ok);
  simulation.clock.settle();
  const entries = simulation.manager.history().filter(({ what }) => what === 'end');
  assert.deepEqual(told(entries), [
    'skipped.service: start job: condition: ConditionPathExists=/nope did not hold',
    'slow.service: start job: canceled: ',
    'after.service: start job: canceled: ',
  ]);
});

test('the end of a run tells how the main process ended and what all processes used', () => {
  const simulation = new Simulation({
    units: { 'default.target': '[Unit]\nWants=a.service\n', 'a.service': service('', 'ExecStartPre=/bin/before\n') },
    programs: { '/bin/daemon': { runUsec: SECOND, killedBy: 9 } },
  }).boot();
  simulation.clock.advance(5 * SECOND);
  const last = simulation.manager.history('a.service').at(-1);
  assert.ok(last?.what === 'state');
  assert.deepEqual([last.used?.exit, last.cause], [{ how: 'killed', status: 9 }, '/bin/daemon was killed by SIGKILL']);
});

test('a reload keeps the record, and the journal is told each entry once, whoever the manager is', () => {
  const simulation = new Simulation({
    units: { 'default.target': '[Unit]\nWants=a.service\n', 'a.service': service('') },
    programs: { '/bin/daemon': {} },
  }).boot();
  simulation.manager.reload();
  simulation.clock.settle();
  const before = simulation.manager.history();
  assert.deepEqual(told(before).slice(-1), ['manager: read all unit files afresh']);
  assert.ok(told(before).includes('a.service: active (running): its process is there'));
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  assert.deepEqual(told(simulation.manager.history()), ['manager: took the place of the one before it']);
  const written = simulation.keeper.history;
  assert.ok(written.every(isHistoryEntry));
  assert.deepEqual(written, [...before, ...simulation.manager.history()]);
});

test('a large transaction is told in records that the journal can take', () => {
  const names = Array.from({ length: 1000 }, (_, index) => `unit-with-a-name-that-is-rather-long-${index}.target`);
  const simulation = new Simulation({
    units: { 'default.target': `[Unit]\nWants=${names.join(' ')}\n`, ...Object.fromEntries(names.map((name) => [name, '[Unit]\n'])) },
  }).boot();
  const records = simulation.keeper.batches.flatMap(({ commands }) =>
    commands.flatMap((command) => (command.do === 'journal' && command.record.startsWith('[') ? [command.record] : [])),
  );
  assert.ok(records.length > 10);
  assert.deepEqual(
    records.filter((record) => Buffer.byteLength(record) > 65_000),
    [],
  );
  assert.equal(simulation.keeper.history.length, simulation.manager.history().length);
});

test('only so much is kept in memory, and of each unit what is not forgotten as a whole', () => {
  const simulation = new Simulation({
    units: { 'default.target': '[Unit]\n', 'a.target': '[Unit]\n' },
  }).boot();
  for (let round = 0; round < 1200; round++) {
    for (const job of ['start', 'stop'] as const) {
      assert.ok(simulation.manager.request(job, 'a.target', 'replace', `${round}`).ok);
      simulation.clock.settle();
    }
  }
  const all = simulation.manager.history();
  assert.equal(all.length, 4096);
  assert.deepEqual(simulation.manager.history('a.target'), all);
  assert.deepEqual(simulation.manager.history('default.target'), []);
});
