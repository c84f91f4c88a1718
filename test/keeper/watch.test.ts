import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Op, Plan } from '../../src/exec/op.ts';
import type { KeeperEvent } from '../../src/port/keeper.ts';
import { type TestManager, startKeeper } from './harness.ts';

/** What PathChanged= and what PathExists= ask of inotify(7). */
const changed = 0xfce;
const moved = 0xc04;

/** Ops that watch a path and give both descriptors to the keeper. */
function watch(path: string, mask: number): readonly Op[] {
  return [
    { op: 'inotify', slot: 0 },
    { op: 'inotify', slot: 1 },
    { op: 'watch-path', aboveSlot: 0, selfSlot: 1, path, mask },
    { op: 'keep', slot: 0, name: 'above' },
    { op: 'keep', slot: 1, name: 'self' },
  ];
}

/** Carries out a plan and gives its exit. */
async function run(manager: TestManager, child: number, plan: Plan) {
  manager.do({ do: 'run', child, group: '', plan });
  const { exit } = await manager.event('exited', (event) => event.child === child);
  return { status: exit.status, errno: exit.errno };
}

/** Does something, and gives the names of what becomes readable by it; a file that is touched beside tells when all was told. */
async function told(manager: TestManager, directory: string, act: () => void): Promise<readonly string[]> {
  // One write is several events, of which the last may still wait from before; so the first round is for those.
  for (let round = 0; round < 2; round += 1) {
    for (const name of ['above', 'self', 'mark']) manager.do({ do: 'poll-drain', name });
    await answered(manager);
  }
  const since = manager.events.length;
  act();
  appendFileSync(join(directory, 'mark'), '.');
  await manager.event('readable', (event) => event.name === 'mark' && manager.events.indexOf(event) >= since);
  // The keeper looks at what is ready in no order, so the rest may be one turn behind.
  await answered(manager);
  return manager.events
    .slice(since)
    .filter((event): event is Extract<KeeperEvent, { event: 'readable' }> => event.event === 'readable' && event.name !== 'mark')
    .map(({ name }) => name)
    .toSorted();
}

let lastChild = 1000;

/** Waits until the keeper has done all that was asked of it. */
async function answered(manager: TestManager): Promise<void> {
  lastChild += 1;
  assert.deepEqual(await run(manager, lastChild, [{ op: 'exit', status: 0 }]), { status: 0, errno: 0 });
}

async function marked(manager: TestManager, directory: string): Promise<void> {
  writeFileSync(join(directory, 'mark'), '');
  const plan: Plan = [
    { op: 'inotify', slot: 0 },
    { op: 'watch-path', aboveSlot: 0, selfSlot: 0, path: join(directory, 'mark'), mask: 2 },
    { op: 'keep', slot: 0, name: 'mark' },
  ];
  assert.deepEqual(await run(manager, 1, plan), { status: 0, errno: 0 });
}

test('a change of a path is told by one descriptor, a change of what leads to it by another', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const { directory } = keeper;
  const at = (name: string): string => join(directory, name);
  await marked(manager, directory);
  mkdirSync(at('a/b'), { recursive: true });
  writeFileSync(at('a/b/file'), '');
  assert.deepEqual(await run(manager, 2, watch(at('a/b/file'), changed)), { status: 0, errno: 0 });
  const seen = {
    written: await told(manager, directory, () => appendFileSync(at('a/b/file'), 'x')),
    read: await told(manager, directory, () => readFileSync(at('a/b/file'))),
    neighbour: await told(manager, directory, () => writeFileSync(at('a/b/other'), '')),
    parentMoved: await told(manager, directory, () => renameSync(at('a/b'), at('a/c'))),
    removed: await told(manager, directory, () => rmSync(at('a/c/file'))),
  };
  assert.deepEqual(seen, { written: ['self'], read: [], neighbour: [], parentMoved: ['above'], removed: ['self'] });
});

test('where a path is missing, the last directory that there is tells what appears in it', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const { directory } = keeper;
  await marked(manager, directory);
  mkdirSync(join(directory, 'a'));
  assert.deepEqual(await run(manager, 2, watch(join(directory, 'a/b/c/file'), moved)), { status: 0, errno: 0 });
  assert.deepEqual(await told(manager, directory, () => mkdirSync(join(directory, 'a/b'))), ['above']);
  assert.deepEqual(await told(manager, directory, () => mkdirSync(join(directory, 'a/b/c'))), []);
});

test('two paths through one directory do not take each other the watch', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const { directory } = keeper;
  const at = (name: string): string => join(directory, name);
  await marked(manager, directory);
  mkdirSync(at('a/there'), { recursive: true });
  const plan: Plan = [
    { op: 'inotify', slot: 0 },
    { op: 'watch-path', aboveSlot: 0, selfSlot: 0, path: at('a/missing'), mask: moved },
    { op: 'watch-path', aboveSlot: 0, selfSlot: 0, path: at('a/there/file'), mask: moved },
    { op: 'keep', slot: 0, name: 'above' },
  ];
  assert.deepEqual(await run(manager, 2, plan), { status: 0, errno: 0 });
  assert.deepEqual(await told(manager, directory, () => writeFileSync(at('a/there/file'), '')), ['above']);
  assert.deepEqual(await told(manager, directory, () => writeFileSync(at('a/missing'), '')), ['above']);
});

test('a link is watched as itself and as what it leads to', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const { directory } = keeper;
  const at = (name: string): string => join(directory, name);
  await marked(manager, directory);
  writeFileSync(at('target'), '');
  symlinkSync('target', at('link'));
  assert.deepEqual(await run(manager, 2, watch(at('link'), changed)), { status: 0, errno: 0 });
  assert.deepEqual(await told(manager, directory, () => appendFileSync(at('target'), 'x')), ['self']);
  assert.deepEqual(await told(manager, directory, () => rmSync(at('link'))), ['above']);
});

test('what has happened since is told when it is polled again', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const { directory } = keeper;
  await marked(manager, directory);
  assert.deepEqual(await run(manager, 2, watch(join(directory, 'file'), moved)), { status: 0, errno: 0 });
  writeFileSync(join(directory, 'file'), '');
  manager.do({ do: 'poll-drain', name: 'above' });
  await manager.event('readable', ({ name }) => name === 'above');
  assert.deepEqual(await told(manager, directory, () => {}), []);
});

test('a path with a part that is no directory cannot be watched', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  writeFileSync(join(keeper.directory, 'file'), '');
  assert.deepEqual(await run(manager, 2, watch(join(keeper.directory, 'file/below'), moved)), { status: 202, errno: 20 });
});

test('a file is touched, but no link and nothing that is no file', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const at = (name: string): string => join(keeper.directory, name);
  const touch = (name: string): Plan => [{ op: 'touch', path: at(name), mode: 0o640, usec: 1_700_000_000_123_456n }];
  assert.deepEqual(await run(manager, 1, touch('new')), { status: 0, errno: 0 });
  const { mtimeNs, mode } = statSync(at('new'), { bigint: true });
  assert.deepEqual([mtimeNs, mode & 0o777n], [1_700_000_000_123_456_000n, 0o640n]);
  writeFileSync(at('old'), 'kept');
  assert.deepEqual(await run(manager, 2, touch('old')), { status: 0, errno: 0 });
  assert.equal(readFileSync(at('old'), 'utf8'), 'kept');
  symlinkSync('old', at('link'));
  assert.deepEqual(await run(manager, 3, touch('link')), { status: 233, errno: 40 });
  const fifo: Plan = [{ op: 'fifo', slot: 0, path: at('fifo'), mode: 0o600, uid: 0xffff_ffff, gid: 0xffff_ffff }];
  assert.deepEqual(await run(manager, 4, fifo), { status: 0, errno: 0 });
  assert.deepEqual(await run(manager, 5, touch('fifo')), { status: 233, errno: 6 });
});

test('a change of the clock is told, and the next one too', async (context) => {
  await using keeper = await startKeeper();
  const nudge = join(keeper.directory, 'nudge-clock');
  assert.equal(spawnSync('cc', ['-o', nudge, join(import.meta.dirname, 'nudge-clock.c')]).status, 0);
  if (spawnSync(nudge).status !== 0) return context.skip('needs the right to set the clock');
  const manager = await keeper.manager();
  const plan: Plan = [
    { op: 'watch-clock', slot: 0 },
    { op: 'keep', slot: 0, name: 'clock' },
  ];
  assert.deepEqual(await run(manager, 1, plan), { status: 0, errno: 0 });
  for (let count = 0; count < 2; count += 1) {
    const since = manager.events.length;
    manager.do({ do: 'poll-drain', name: 'clock' });
    lastChild += 1;
    await answered(manager);
    assert.equal(spawnSync(nudge).status, 0);
    await manager.event('readable', (event) => event.name === 'clock' && manager.events.indexOf(event) >= since);
  }
});

/** An alarm for a time that is over. */
function past(clock: number, name: string): Plan {
  return [
    { op: 'wake-timer', slot: 0, clock, usec: 1n },
    { op: 'keep', slot: 0, name },
  ];
}

test('an alarm clock goes off at its time, by either clock', async (context) => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const first = await run(manager, 1, past(9, 'since-boot'));
  if (first.errno === 1) return context.skip('needs CAP_WAKE_ALARM');
  assert.deepEqual(
    [first, await run(manager, 2, past(8, 'wall-clock'))],
    [
      { status: 0, errno: 0 },
      { status: 0, errno: 0 },
    ],
  );
  for (const name of ['since-boot', 'wall-clock']) {
    manager.do({ do: 'poll', name });
    await manager.event('readable', (event) => event.name === name);
  }
  assert.deepEqual(await run(manager, 3, past(1, 'no-alarm')), { status: 202, errno: 22 });
});
