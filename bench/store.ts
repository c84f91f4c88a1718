// `bun bench/store.ts [ENTRIES]`: queries in a store of ten million entries, and how long an entry takes to one who follows. The store is made below /tmp, and removed.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Origin, Row } from '../src/journal/record.ts';
import { openStorage, type Storage } from '../src/journal/storage.ts';
import { median } from './statistics.ts';

const entries = Number(process.argv[2] ?? 10_000_000);
const units = 1000;
const bootId = 'b'.repeat(32);
const journalctl = join(import.meta.dirname, '../dist/journalctl');
const repeats = 21;
/** How many entries may come before the reader has begun to follow, each looked for a second. */
const patience = 20;
/** About what an entry takes on the disk, and as much again to be on the safe side. */
const bytesOfEntry = 400;

const { bavail, bsize } = statfsSync(tmpdir());
if (bavail * bsize < entries * bytesOfEntry) throw new Error(`${tmpdir()} has no room for ${entries} entries`);
const directory = mkdtempSync(join(tmpdir(), 'tysd-bench-store-'));
const path = join(directory, 'journal.db');
// A store of a gigabyte is not to stay behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
await measure();

async function measure(): Promise<void> {
  const opened = openStorage(path, bootId);
  if (!opened.ok) throw new Error(opened.error.message);
  using storage = opened.value.storage;
  const began = performance.now();
  fill(storage);
  say(`${entries} entries stored`, (performance.now() - began) / 1000, `s, ${Math.round(statSync(path).size / 1e6)} MB`);
  const floor = timed(['--version']);
  say('start of the tool (--version)', floor, 'ms');
  for (const argv of [
    ['-u', unitName(7), '-n', '100'],
    // Only at the very beginning of the store, and nowhere.
    ['-u', 'rare.service', '-n', '100'],
    ['-u', 'none.service', '-n', '100'],
    ['-n', '100'],
    ['-p', 'err', '-n', '100'],
    ['-b', '-n', '100', '-r'],
  ])
    say(`journalctl ${argv.join(' ')}`, timed(argv), 'ms');
  say('an entry reaches journalctl --follow', await followed(storage), 'ms');
}

function fill(storage: Storage): void {
  const origins = Array.from({ length: units }, (_, number) => originOf(unitName(number), number + 2));
  const perBatch = 5000;
  commit(storage, [rowOf(0, originOf('rare.service', 1), 'rare.service')]);
  for (let at = 1; at < entries; at += perBatch) {
    const rows = Array.from({ length: Math.min(perBatch, entries - at) }, (_, index) => {
      // No order that an index could profit from.
      const number = ((at + index) * 7919) % units;
      return rowOf(at + index, origins[number] ?? originOf('rare.service', 1), unitName(number));
    });
    commit(storage, rows);
  }
}

function commit(storage: Storage, rows: readonly Row[]): void {
  const done = storage.commit({ rows, streams: new Map(), position: { instance: '1', sequence: 1 }, bootId, kernelSequence: -1 });
  if (!done.ok) throw new Error(done.error.message);
}

function rowOf(number: number, origin: Origin, unit: string): Row {
  const realtimeUsec = 1_700_000_000_000_000 + number * 1000;
  const message = `line ${number} of what a service says when it is asked for something`;
  return { origin, unit, realtimeUsec, monotonicUsec: number * 1000, priority: number % 5000 === 0 ? 3 : 6, message, extra: [] };
}

function originOf(unit: string, pid: number): Origin {
  return { identifier: 'bench', fields: { _SYSTEMD_UNIT: unit, _PID: String(pid), SYSLOG_IDENTIFIER: 'bench', _BOOT_ID: bootId } };
}

function unitName(number: number): string {
  return `b-${number}.service`;
}

/** The median of several calls in milliseconds, the start of the tool and all. */
function timed(argv: readonly string[]): number {
  return median(
    Array.from({ length: repeats }, () => {
      const from = performance.now();
      const { status, stderr } = spawnSync(journalctl, ['--file', path, ...argv], { encoding: 'utf8' });
      if (status !== 0) throw new Error(`journalctl ${argv.join(' ')}: ${stderr}`);
      return performance.now() - from;
    }),
  );
}

/** From the commit of an entry until it is read from the standard output of one who follows. */
async function followed(storage: Storage): Promise<number> {
  const reader = spawn(journalctl, ['--file', path, '-f', '-n', '0', '-o', 'cat', '-u', 'b-0.service'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  let look: (() => void) | undefined;
  reader.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    look?.();
  });
  const times: number[] = [];
  for (let number = entries; times.length < repeats; number++) {
    if (number - entries > repeats + patience || reader.exitCode !== null)
      throw new Error(`${times.length} of ${repeats} entries were read by journalctl -f`);
    const seen = new Promise<void>((resolve) => {
      look = () => text.includes(`line ${number} `) && resolve();
    });
    const from = performance.now();
    commit(storage, [rowOf(number, originOf('b-0.service', 1), 'b-0.service')]);
    await Promise.race([seen, new Promise((resolve) => setTimeout(resolve, 1000))]);
    // The first ones may come before it has begun to follow.
    if (text.includes(`line ${number} `)) times.push(performance.now() - from);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  reader.kill();
  return median(times);
}

function say(what: string, value: number, unit: string): void {
  console.log(`${what.padEnd(44)} ${value.toFixed(1).padStart(8)} ${unit}`);
}
