import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockersBefore } from '../../src/cli/waiting/blockers.ts';
import { progressLine } from '../../src/cli/waiting/lines.ts';
import { Progress, type Ticker } from '../../src/cli/waiting/progress.ts';
import type { WaitingJob } from '../../src/graph/waiting.ts';

/** A clock that goes on when the test says so. */
class FakeTicker implements Ticker {
  #ms = 0;
  readonly #waiting = new Map<() => void, number>();

  nowUsec = (): number => this.#ms * 1000;

  after = (ms: number, then: () => void): (() => void) => {
    this.#waiting.set(then, this.#ms + ms);
    return () => void this.#waiting.delete(then);
  };

  get isArmed(): boolean {
    return this.#waiting.size > 0;
  }

  /** So many milliseconds go by at once. */
  pass(ms: number): void {
    this.#ms += ms;
  }

  /** So many milliseconds go by, one alarm after the other. */
  async advance(ms: number): Promise<void> {
    const end = this.#ms + ms;
    for (;;) {
      const [next] = [...this.#waiting].filter(([, at]) => at <= end).toSorted(([, a], [, b]) => a - b);
      if (next === undefined) break;
      const [then, at] = next;
      this.#ms = at;
      this.#waiting.delete(then);
      then();
      // What it looks at comes with the next turns.
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    }
    this.#ms = Math.max(this.#ms, end);
  }
}

const job = (id: number, unit: string, more: Partial<WaitingJob> = {}): WaitingJob => ({
  job: id,
  unit,
  title: unit,
  type: 'start',
  state: 'running',
  cause: 'somebody',
  sinceUsec: 0,
  now: 'start: /bin/slow runs (process 812)',
  waitsFor: [],
  ...more,
});

const slow = job(1, 'slow.service', { title: 'slow.service - A slow one', deadline: { usec: 90e6, outcome: '' } });
const after = job(2, 'after.service', {
  state: 'waiting',
  waitsFor: [{ job: 1, edge: { of: 'after.service', kind: 'After', unit: 'slow.service' } }],
});
const other = job(3, 'other.service', { type: 'stop', now: 'stop-sigterm: /bin/other runs (process 5)' });

function teller(redraws: boolean): {
  readonly shown: (string | undefined)[];
  readonly ticker: FakeTicker;
  readonly progress: Progress;
  readonly set: (jobs: readonly WaitingJob[] | undefined) => void;
} {
  const shown: (string | undefined)[] = [];
  const ticker = new FakeTicker();
  let jobs: readonly WaitingJob[] | undefined = [];
  const look = () => Promise.resolve(jobs === undefined ? undefined : blockersBefore(jobs, jobs));
  const progress = new Progress({ look, show: (line) => shown.push(line), redraws, ticker });
  return { shown, ticker, progress, set: (now) => (jobs = now) };
}

test('what takes less than five seconds is not told', async () => {
  const { shown, ticker, progress, set } = teller(true);
  set([slow]);
  progress.begin();
  await ticker.advance(4999);
  progress.end();
  await ticker.advance(60_000);
  assert.deepEqual([shown, ticker.isArmed], [[undefined], false]);
});

test('a line is redrawn each second, one job after the other, and goes when there is none', async () => {
  const { shown, ticker, progress, set } = teller(true);
  set([slow, after, other]);
  progress.begin();
  await ticker.advance(5000);
  assert.deepEqual(shown, [
    '(1 of 2) A start job is running for slow.service - A slow one (5s / 1min 30s); 1 more job waits for it: start: /bin/slow runs (process 812)',
  ]);
  await ticker.advance(4000);
  assert.deepEqual(
    shown.slice(1).map((line) => line?.replace(/\).*\(/, ') … (').slice(0, 40)),
    ['(1 of 2) … (process 812)', '(1 of 2) … (process 812)', '(2 of 2) … (process 5)', '(2 of 2) … (process 5)'],
  );
  assert.match(shown.at(-1) ?? '', /^\(2 of 2\) A stop job is running for other\.service \(9s \/ no limit\): stop-sigterm: /);
  set([]);
  await ticker.advance(1000);
  assert.deepEqual([shown.at(-1), ticker.isArmed], [undefined, false]);
  set([slow]);
  progress.begin();
  await ticker.advance(5000);
  assert.match(shown.at(-1) ?? '', /^A start job is running for slow\.service - A slow one \(15s \/ 1min 30s\): /);
});

test('a narrow line keeps how long it takes, and is cut between words or in the title', () => {
  const [blocker] = blockersBefore([slow, after], [slow, after]);
  assert.ok(blocker !== undefined);
  const at = (width: number): string => progressLine(blocker, { index: 0, of: 1 }, 6e6, width);
  assert.deepEqual([140, 120, 110, 96, 80, 68, 60].map(at), [
    'A start job is running for slow.service - A slow one (6s / 1min 30s); 1 more job waits for it: start: /bin/slow runs (process 812)',
    'A start job is running for slow.service - A slow one (6s / 1min 30s); 1 more job waits for it: start: /bin/slow runs...',
    'A start job is running for slow.service - A slow one (6s / 1min 30s); 1 more job waits for it: start...',
    'A start job is running for slow.service - A slow one (6s / 1min 30s); 1 more job waits for it',
    'A start job is running for slow.service - A slow one (6s / 1min 30s): start...',
    'A start job is running for slow.service - A slow one (6s / 1min 30s)',
    'A start job is running for slow.se...low one (6s / 1min 30s)',
  ]);
});

test('where a look takes long, the jobs have twenty times as long until the next one', async () => {
  const ticker = new FakeTicker();
  const looks: number[] = [];
  const look = () => {
    looks.push(ticker.nowUsec() / 1000);
    ticker.pass(400);
    return Promise.resolve(blockersBefore([slow], [slow]));
  };
  new Progress({ look, show: () => {}, redraws: true, ticker }).begin();
  await ticker.advance(30_000);
  assert.deepEqual(looks, [5000, 13_400, 21_800]);
});

test('where lines stay, they come later and later', async () => {
  const { shown, ticker, progress, set } = teller(false);
  set([slow]);
  progress.begin();
  await ticker.advance(200_000);
  const times = shown.map((line) => /\((.*?) \//.exec(line ?? '')?.[1]);
  assert.deepEqual(times, ['5s', '15s', '35s', '1min 15s', '2min 15s', '3min 15s']);
});

test('while nobody can be asked the line stays, and who ends it while it looks sees it no more', async () => {
  const { shown, ticker, progress, set } = teller(true);
  set([slow]);
  progress.begin();
  await ticker.advance(5000);
  set(undefined);
  await ticker.advance(10_000);
  assert.equal(shown.length, 1);
  set([slow]);
  await ticker.advance(1000);
  assert.equal(shown.length, 2);
  const looking = ticker.advance(1000);
  progress.end();
  await looking;
  assert.deepEqual([shown.slice(2), ticker.isArmed], [[undefined], false]);
});
