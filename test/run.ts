// Runs the test files under Bun, closes with what failed, and counts. Those that wait for processes of their own run beside one another;
// a few that failed there are run once more with nothing beside them, and what passes only then is named as unsteady.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildTysd } from './system/dist.ts';
import { systemdImage, whyNoImage } from './system/image.ts';

const root = join(import.meta.dirname, '..');
const bun = join(root, 'node_modules/.bin/bun');

/** Directories whose tests need no more than the processor: one process of Bun for all of them. */
const quick = /^src\/|^test\/(?:api|cli|corpus|exec|journal|port|scenario|simulation|type|unit)\/|^test\/[^/]+$/;
/** Tests that fill the machine, so that others beside them would run out of time, or set its clock. */
const greedy = /^test\/chaos\/|\/clock-jumps\.test\.ts$/;
/** How many of the others run at the same time: most of their time they wait. */
const workers = Math.max(1, Number(process.env['TYSD_TEST_JOBS'] ?? '2') || 1);
const isVerbose = process.env['CI'] !== undefined;
const longestMs = 20 * 60_000;
const heldMs = 5000;
/** So many files that failed are run again: more of them are no accident of what else the machine did. */
const mostAgain = 3;

/** What a process of Bun said of its files. */
interface Outcome {
  readonly files: readonly string[];
  readonly output: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The test files in whose path one of the words is; without words, all. */
function findFiles(words: readonly string[]): readonly string[] {
  const files = ['src', 'test'].flatMap((top) =>
    readdirSync(join(root, top), { recursive: true, encoding: 'utf8' }).map((name) => join(top, name)),
  );
  const wanted = words.map((word) => word.replace(/^\.\//, ''));
  return files
    .filter((file) => file.endsWith('.test.ts') && (wanted.length === 0 || wanted.some((word) => file.includes(word))))
    .toSorted();
}

async function runFiles(files: readonly string[]): Promise<Outcome> {
  const child = spawn(bun, ['test', '--timeout', '600000', ...files.map((file) => `./${file}`)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  const pieces: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => pieces.push(piece));
  const timer = setTimeout(() => {
    pieces.push(Buffer.from(`(fail) ${files.join(' ')}: did not end within ${longestMs / 60_000} minutes\n`));
    child.kill('SIGKILL');
  }, longestMs);
  const status = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
    // What a test has left behind may hold the pipes for ever.
    child.once('exit', (code) => setTimeout(() => resolve(code), heldMs));
  });
  clearTimeout(timer);
  const output = Buffer.concat(pieces).toString();
  const count = (word: string): number => Number(new RegExp(`^ *(\\d+) ${word}$`, 'm').exec(output)?.[1] ?? 0);
  const failed = count('fail') + count('errors?');
  return { files, output, passed: count('pass'), failed: status === 0 ? failed : Math.max(1, failed), skipped: count('skip') };
}

function tell({ files, output, passed, failed, skipped }: Outcome, startedMs: number): void {
  const what = files.length === 1 ? files[0] : `${files.length} files`;
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  console.log(`${failed > 0 ? 'FAIL' : 'ok  '} ${what}: ${passed} passed, ${failed} failed, ${skipped} skipped, ${seconds} s`);
  const lines = output.split('\n');
  const shown = failed > 0 || isVerbose ? lines : lines.filter((line) => /^\(skip\)|^asked again/.test(line));
  if (shown.length > 0) console.log(shown.join('\n'));
}

/** What was printed ahead of each test that failed, and its name. */
function failures({ files, output }: Outcome): readonly string[] {
  const ended = /^\((?:pass|fail|skip|todo)\) /;
  const lines = output.split('\n');
  const found: string[] = [];
  let first = 0;
  for (const [index, line] of lines.entries()) {
    // Bun names all that failed once more in the end.
    if (/^\d+ tests? failed:$/.test(line)) break;
    if (!ended.test(line)) continue;
    if (line.startsWith('(fail)')) found.push([...lines.slice(Math.max(first, index - mostLines), index), line].join('\n'));
    first = index + 1;
  }
  return found.length > 0 ? found : [`${files.join(' ')}:\n${lines.slice(-mostLines).join('\n')}`];
}

const mostLines = 40;

/**
 * The outcomes with those in place that failed files had once more, and how those failed at first that passed then. Tests compare what
 * processes do on a machine that has other things to do; a test that minds is a fault of the test, to be mended, and none of tysd.
 */
async function withFailedOnceMore(first: readonly Outcome[]): Promise<{ outcomes: readonly Outcome[]; unsteady: readonly Outcome[] }> {
  const failed = first.filter((outcome) => outcome.failed > 0);
  // What needs the processor alone fails alike at any time.
  if (failed.length > mostAgain || failed.some(({ files }) => files.some((file) => quick.test(file))))
    return { outcomes: first, unsteady: [] };
  const again = new Map<Outcome, Outcome>();
  for (const outcome of failed) {
    console.log(`once more, with nothing beside it: ${outcome.files.join(' ')}`);
    const startedMs = performance.now();
    const second = await runFiles(outcome.files);
    tell(second, startedMs);
    again.set(outcome, second);
  }
  return {
    outcomes: first.map((outcome) => again.get(outcome) ?? outcome),
    unsteady: failed.filter((outcome) => again.get(outcome)?.failed === 0),
  };
}

async function runAll(files: readonly string[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const take = async (batch: readonly string[]): Promise<void> => {
    if (batch.length === 0) return;
    const startedMs = performance.now();
    const outcome = await runFiles(batch);
    outcomes.push(outcome);
    tell(outcome, startedMs);
  };
  await take(files.filter((file) => quick.test(file)));
  const others = files.filter((file) => !quick.test(file));
  if (others.length > 1) {
    // Once for all, and not by each of those that run beside one another.
    buildTysd();
    if (whyNoImage() === undefined) systemdImage();
  }
  const queue = others.filter((file) => !greedy.test(file));
  const work = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) await take([file]);
  };
  await Promise.all(Array.from({ length: workers }, work));
  for (const file of others.filter((each) => greedy.test(each))) await take([file]);
  return outcomes;
}

if (spawnSync('make', ['-s', '-C', 'keeper'], { cwd: root, stdio: 'inherit' }).status !== 0) {
  console.error('The keeper does not build: a C compiler and make are needed.');
  process.exit(1);
}
if (!existsSync(bun)) {
  console.error('Bun is missing: run npm ci first.');
  process.exit(1);
}
const files = findFiles(process.argv.slice(2));
if (files.length === 0) {
  console.error('There are no such test files.');
  process.exit(1);
}
const { outcomes, unsteady } = await withFailedOnceMore(await runAll(files));
const failed = outcomes.filter((outcome) => outcome.failed > 0);
const tellFailures = (of: readonly Outcome[], how: string): void => {
  for (const outcome of of)
    for (const text of failures(outcome)) console.log(`\n--- ${how}: ${outcome.files.join(' ').slice(0, 200)}\n${text}`);
};
tellFailures(unsteady, 'unsteady, passed the second time');
tellFailures(failed, 'failed');
const sum = (of: (outcome: Outcome) => number): number => outcomes.reduce((total, outcome) => total + of(outcome), 0);
const unsteadyText = unsteady.length === 0 ? '' : `; unsteady: ${unsteady.flatMap((each) => each.files).join(' ')}`;
console.log(
  `\n${sum((each) => each.passed)} passed, ${sum((each) => each.failed)} failed, ${sum((each) => each.skipped)} skipped${unsteadyText}`,
);
process.exit(failed.length > 0 ? 1 : 0);
