// Looks for seeds whose scenario breaks an invariant: npm run simulate -- --seeds N --minutes M [--seed S] [--workers W]
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { Report, Task } from './worker.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string' },
    workers: { type: 'string', default: String(Math.min(2, availableParallelism())) },
  },
});
const first = numberOf('seed') ?? Math.floor(Math.random() * 0x7fff_ffff);
const count = numberOf('seeds') ?? (values.seed === undefined ? 1000 : 1);
const begin = performance.now();
const endMs = begin + (numberOf('minutes') ?? 60) * 60_000;
/** Shrinking takes as long as some hundred seeds. */
const mostShrunk = 3;

let [next, done, events, failures] = [first, 0, 0, 0];
console.log(
  `${count} seeds from ${first} on, ${values.workers} workers; an event is one that a manager gets from the keeper, an alarm of its clock, or a request`,
);
await Promise.all(Array.from({ length: Math.max(1, numberOf('workers') ?? 1) }, () => work()));
clearBar();
const seconds = (performance.now() - begin) / 1000;
console.log(
  `${done} seeds, ${events} events in ${seconds.toFixed(1)} s: ${Math.round(events / seconds)} events/s, ${Math.round((done / seconds) * 3600)} seeds/h; ${failures} failed`,
);
process.exitCode = failures === 0 ? 0 : 1;

/** Keeps one worker busy until there is nothing left to do. */
function work(): Promise<void> {
  const worker = new Worker(new URL('worker.ts', import.meta.url));
  return new Promise((resolve, reject) => {
    const ask = (): void => {
      const left = Math.min(8, first + count - next);
      if (left <= 0 || performance.now() > endMs) {
        void worker.terminate();
        resolve();
        return;
      }
      const task: Task = { from: next, count: left, shrink: failures < mostShrunk };
      next += left;
      // A worker has no origin.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      worker.postMessage(task);
    };
    worker.on('error', reject);
    worker.on('message', (report: Report) => {
      done += report.seeds;
      events += report.events;
      for (const failure of report.failures) {
        failures += 1;
        clearBar();
        console.log(failure);
      }
      showBar();
      ask();
    });
    ask();
  });
}

function numberOf(name: 'seed' | 'seeds' | 'minutes' | 'workers'): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new Error(`--${name}=${text} is no number`);
}

function showBar(): void {
  if (!process.stderr.isTTY) {
    // A log shows a line now and then.
    if (done % 1000 < 8) console.error(`${done} seeds, ${events} events`);
    return;
  }
  const elapsedMs = performance.now() - begin;
  const share = Math.min(1, Math.max(done / count, elapsedMs / (endMs - begin)));
  const width = 30;
  const bar = '█'.repeat(Math.round(share * width)).padEnd(width, '░');
  process.stderr.write(`\r${bar} ${done}/${count} seeds, ${Math.round(events / (elapsedMs / 1000))} events/s, ${failures} failed `);
}

function clearBar(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
}
