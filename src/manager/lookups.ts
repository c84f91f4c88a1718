import type { Op, Plan } from '../exec/op.ts';
import { openFlags } from '../exec/stdio.ts';
import type { Exit } from '../port/keeper.ts';
import { describeFailure } from '../exec/exit-status.ts';
import type { Job } from './job.ts';
import { answerDirectory, answerPath, type Question, readAnswer, wordOf } from './name-service.ts';
import { openQuestions } from './open-questions.ts';
import { log } from './records.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** A run of getent(1), and the units whose start waits for what it says. */
export interface Lookup {
  readonly question: Question;
  readonly waiting: Set<Unit>;
}

/** What was asked for a start job, and what is not answered. */
export interface Asked {
  readonly job: number;
  readonly words: Set<string>;
  readonly open: Set<string>;
}

/** A source that does not answer for so long is not there. */
const LIMIT_SEC = 30;

/**
 * Whether a start has to wait for the name service, because the unit names users or groups that are not in the machine's files. They
 * are asked for anew at each start, by children of no unit; a new manager asks again. What is never answered is unknown.
 */
export function asksForNames(world: World, job: Job): boolean {
  const unit = job.owner;
  if (unit.asked?.job !== job.id) unit.asked = undefined;
  if (unit.asked !== undefined && unit.asked.open.size > 0) return true;
  const questions = openQuestions(world.options, unit.config);
  if (questions.length === 0) {
    unit.asked = undefined;
    return false;
  }
  const asked = unit.asked ?? { job: job.id, words: new Set(), open: new Set() };
  for (const question of questions) {
    const word = wordOf(question);
    if (asked.words.has(word)) continue;
    asked.words.add(word);
    asked.open.add(word);
    ask(world, question).waiting.add(unit);
  }
  unit.asked = asked.open.size > 0 ? asked : undefined;
  return asked.open.size > 0;
}

/** Tells whether the child was asking the name service; who waited for its answer goes on. */
export function lookupEnded(world: World, child: number, end: Exit | { readonly failure: string }): boolean {
  const lookup = world.lookups.get(child);
  if (lookup === undefined) return false;
  world.lookups.delete(child);
  const { question, waiting } = lookup;
  const failure = 'failure' in end ? end.failure : failureOf(end);
  if (failure !== undefined) log(world, 4, `Cannot look up ${wordOf(question)}: ${failure}`, undefined);
  keepAnswer(world, question, !('failure' in end) && end.how === 'exited' && end.status === 0);
  for (const unit of waiting) {
    unit.asked?.open.delete(wordOf(question));
    if (unit.asked?.open.size === 0 && unit.asked.job === unit.job?.id) world.runQueue.retry(unit.name);
  }
  return true;
}

function ask(world: World, question: Question): Lookup {
  const word = wordOf(question);
  for (const lookup of world.lookups.values()) if (wordOf(lookup.question) === word) return lookup;
  const child = world.nextChild();
  const lookup: Lookup = { question, waiting: new Set() };
  world.lookups.set(child, lookup);
  world.command({ do: 'run', child, group: '', plan: planOf(world, question) });
  return lookup;
}

/** A file that another child may still write to, of a manager that is no more, is none that this one writes to. */
function planOf({ options }: World, question: Question): Plan {
  const path = printedPath(options.runtimeDirectory, question);
  return [
    { op: 'signals', ignorePipe: 0 },
    { op: 'setsid' },
    { op: 'rlimit', resource: FILE_SIZE, soft: LONGEST, hard: LONGEST },
    { op: 'mkdir-all', path: answerDirectory(options.runtimeDirectory), mode: 0o700 },
    { op: 'unlink', path },
    ...standard(0, '/dev/null', openFlags.read),
    ...standard(1, path, openFlags.write | openFlags.create | openFlags.truncate),
    ...standard(2, '/dev/null', openFlags.write),
    { op: 'chdir', path: '/' },
    { op: 'alarm', seconds: LIMIT_SEC },
    {
      op: 'exec',
      paths: ['/usr/bin/getent', '/bin/getent'],
      argv: ['getent', question.database, '--', question.key],
      env: options.config.environment,
    },
  ];
}

function standard(number: number, path: string, flags: number): readonly Op[] {
  return [
    { op: 'open', slot: number, path, flags, mode: 0o600 },
    { op: 'dup', slot: number, number },
  ];
}

const FILE_SIZE = 1;
const LONGEST = 1024n * 1024n;

function printedPath(runtimeDirectory: string, question: Question): string {
  return `${answerPath(runtimeDirectory, question)}.new`;
}

/** What was known before and is not said any more is forgotten. */
function keepAnswer(world: World, question: Question, isGiven: boolean): void {
  const { files, runtimeDirectory } = world.options;
  const printed = printedPath(runtimeDirectory, question);
  const bytes = isGiven ? files.read(printed, Number(LONGEST)) : undefined;
  const answer = bytes === undefined ? undefined : readAnswer(question, new TextDecoder().decode(bytes));
  const path = answerPath(runtimeDirectory, question);
  try {
    if (answer === undefined) files.unlink(path);
    else files.write(path, answer, 0o600);
    files.unlink(printed);
  } catch (error) {
    log(world, 4, `Cannot keep what was looked up: ${error instanceof Error ? error.message : String(error)}`, undefined);
  }
}

/** getent(1) ends with 2 for what is not there. */
function failureOf(exit: Exit): string | undefined {
  const { how, status, failedOp } = exit;
  if (failedOp >= 0) return describeFailure(exit, 'getent');
  if (how === 'exited') return status === 0 || status === 2 ? undefined : `getent ended with exit status ${status}`;
  return status === SIGALRM ? `there was no answer for ${LIMIT_SEC} s` : `signal ${status} ended getent`;
}

const SIGALRM = 14;
