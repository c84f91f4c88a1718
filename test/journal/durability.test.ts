import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { journalPath } from '../../src/journal/database.ts';
import { createKeeperDouble, createScratch, messages, opened, output } from './keeper-double.ts';

/** The files of a journal as they are now. */
interface Files {
  readonly database: Uint8Array;
  readonly log: Uint8Array;
}

function filesOf(stateDirectory: string): Files {
  const path = journalPath(stateDirectory);
  return { database: readFileSync(path), log: existsSync(`${path}-wal`) ? readFileSync(`${path}-wal`) : new Uint8Array() };
}

/** A directory with a journal of these files, as a machine finds it that was switched off. */
function putFiles(stateDirectory: string, { database, log }: Files): void {
  const path = journalPath(stateDirectory);
  mkdirSync(`${stateDirectory}/journal`, { recursive: true });
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  writeFileSync(path, database);
  writeFileSync(`${path}-wal`, log);
}

/**
 * What a disk may hold of a log of which so many bytes were synced: of the rest each block, or zeros, or half of it. What is synced stays as it is, also in
 * a block that is written again: SQLite relies on that as well.
 */
function torn(synced: number, log: Uint8Array, choices: readonly number[]): Uint8Array {
  const result = new Uint8Array(log);
  for (let at = synced, block = 0; at < result.length; at = (Math.floor(at / 512) + 1) * 512, block++) {
    const end = Math.min(result.length, (Math.floor(at / 512) + 1) * 512);
    const choice = choices[block % choices.length] ?? 0;
    if (choice === 1) result.fill(0, at, end);
    if (choice === 2) result.fill(0xa5, at + Math.floor((end - at) / 2), end);
  }
  return result;
}

test('a machine that loses power opens its journal again, with all that was synced and whole batches of what came after', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 12 }),
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 40 }),
      fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
      (synced, more, choices, cut) => {
        using scratch = createScratch();
        const keeper = createKeeperDouble(scratch.path);
        keeper.send(opened(1n, 'a.service'));
        const write = (batch: number): void => {
          keeper.send(output(1n, `${batch} first\n${batch} ${'x'.repeat(700)}\n`));
          keeper.flush();
        };
        for (let batch = 0; batch < synced; batch++) write(batch);
        const durable = filesOf(scratch.path);
        for (let batch = synced; batch < synced + more; batch++) write(batch);
        const all = filesOf(scratch.path);
        // Nothing is brought from the log to the database meanwhile; that would be a sync.
        assert.deepEqual(all.database, durable.database);
        const log = torn(durable.log.length, all.log, choices);
        const kept = cut === undefined ? log : log.subarray(0, durable.log.length + Math.floor(cut * (log.length - durable.log.length)));

        using other = createScratch();
        putFiles(other.path, { database: all.database, log: kept });
        const next = createKeeperDouble(other.path);
        next.reboot();
        next.send(opened(2n, 'b.service'), output(2n, 'after\n'));
        next.flush();
        assert.deepEqual(next.warnings, []);
        const found = messages(other.path, { units: ['a.service'] }).map((message) => Number(String(message).split(' ')[0]));
        assert.ok(found.length >= 2 * synced, `${found.length} of ${2 * synced} synced entries`);
        assert.deepEqual(
          found,
          Array.from({ length: found.length }, (_, index) => Math.floor(index / 2)),
        );
        assert.equal(found.length % 2, 0, 'half of a batch');
        assert.deepEqual(messages(other.path, { units: ['b.service'] }), ['after']);
      },
    ),
    { numRuns: Number(process.env['RUNS'] ?? 20) },
  );
});

test('a journal that is damaged anywhere is gone on with, or set aside with a word and begun anew', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  for (let unit = 0; unit < 30; unit++) {
    keeper.send(opened(BigInt(unit), `u${unit}.service`), output(BigInt(unit), `${unit}\n`.repeat(60)));
    keeper.flush();
  }
  const path = journalPath(scratch.path);
  // In the one there is a log, in the other all is in the database.
  const withLog = filesOf(scratch.path);
  keeper.restart();
  rmSync(`${scratch.path}/still`, { force: true });
  copyFileSync(path, `${scratch.path}/still`);
  const still: Files = { database: readFileSync(`${scratch.path}/still`), log: new Uint8Array() };

  const damage = fc.record({
    files: fc.constantFrom(withLog, still),
    where: fc.constantFrom('database' as const, 'log' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    // Half of the damage is where the structure is: at the beginning of the file.
    near: fc.boolean(),
    length: fc.integer({ min: 1, max: 6000 }),
    how: fc.constantFrom('zero', 'noise', 'truncate'),
  });
  fc.assert(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (several) => {
      using other = createScratch();
      const files = { database: new Uint8Array(several[0]?.files.database ?? []), log: new Uint8Array(several[0]?.files.log ?? []) };
      for (const { where, at, near, length, how } of several) {
        const bytes = files[where];
        const from = Math.floor(at * (near ? Math.min(200, bytes.length) : bytes.length));
        if (how === 'truncate') files[where] = bytes.slice(0, from);
        else bytes.fill(how === 'zero' ? 0 : 0x5a, from, from + length);
      }
      putFiles(other.path, files);
      const next = createKeeperDouble(other.path);
      next.reboot();
      next.send(opened(99n, 'after.service'), output(99n, 'one\n'));
      next.flush();
      next.clock.advance(11_000_000);
      next.send(output(99n, 'two\n'));
      next.restart();
      next.send(output(99n, 'three\n'));
      next.flush();
      const aside = readdirSync(`${other.path}/journal`).filter((name) => name.includes('.corrupt-') && !/-(?:wal|shm)$/.test(name));
      assert.equal(next.warnings.filter((text) => text.includes('is damaged')).length, aside.length, next.warnings.join('\n'));
      assert.ok(
        next.warnings.every((text) => /^The journal .* is damaged \(.+\)\. It was moved to .+ and a new one begun\.$/.test(text)),
        next.warnings.join('\n'),
      );
      assert.deepEqual(next.unacknowledged, [], next.warnings.join('\n'));
      const found = messages(other.path, { units: ['after.service'] });
      // What a damaged file had taken before the damage was found went aside with it.
      assert.equal(found.at(-1), 'three');
      if (aside.length === 0) assert.deepEqual(found, ['one', 'two', 'three']);
    }),
    { numRuns: Number(process.env['RUNS'] ?? 40) },
  );
});
