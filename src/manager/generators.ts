import type { Op, Plan } from '../exec/op.ts';
import { openFlags } from '../exec/stdio.ts';
import { inheritedOps } from '../exec/bare.ts';
import { bareContext } from './exec-context.ts';
import { parseEnvironmentFile } from '../unit/values/environment-file.ts';
import { reachStage } from './boot-stages.ts';
import { changeEnvironment } from './environment.ts';
import type { Generators } from './generator-programs.ts';
import { generatorPrograms } from './generator-programs.ts';
import { log } from './records.ts';
import type { World } from './world.ts';

/**
 * One run of all generators: first those of environment variables, one after the other, since each sees what those before it
 * said; then the output directories are made empty; then all that make units run at once. The manager goes on meanwhile, and
 * one that is started in its place takes the run up where it is.
 */
export interface GeneratorRun {
  readonly stage: 'environment' | 'directories' | 'units';
  /** The children of this stage that have not ended, and what each is. */
  readonly children: readonly (readonly [child: number, program: string])[];
  /** Environment generators whose turn is yet to come. */
  readonly waiting: readonly string[];
  /** When the stage is ended by force, CLOCK_MONOTONIC in microseconds. */
  readonly deadlineUsec: number;
}

/** The name of the timer of a run among those of the manager itself. */
export const generatorTimer = 'generators';

/** A generator that takes longer is killed, and what it has made until then counts. */
const LIMIT_USEC = 90_000_000;

/** Begins a run; false where there is nothing to run, and no leavings of an earlier run. */
export function startGenerators(world: World): boolean {
  const { generators, files } = world.options;
  if (generators === undefined) return false;
  const waiting = generatorPrograms(files, generators.environmentPrograms);
  const hasLeavings = outputs(generators).some((directory) => files.list(directory).length > 0);
  world.generatedEnvironment = [];
  if (waiting.length === 0 && !hasLeavings && generatorPrograms(files, generators.unitPrograms).length === 0) return false;
  if (!world.started) reachStage(world, 'generatorsStart');
  nextEnvironment(world, generators, waiting);
  return true;
}

/** Tells whether the child was a generator; the run goes on when the last of its stage has ended. */
export function generatorEnded(world: World, child: number, failure: string | undefined): boolean {
  const run = world.generatorRun;
  const ended = run?.children.find(([each]) => each === child);
  if (run === undefined || ended === undefined) return false;
  if (failure !== undefined) log(world, 3, `${ended[1]} failed: ${failure}`, undefined);
  const children = run.children.filter(([each]) => each !== child);
  setRun(world, { ...run, children });
  if (children.length === 0) advance(world, { ...run, children });
  return true;
}

/** The time of the stage is over: what still runs is killed, and not waited for. */
export function generatorsTimedOut(world: World): void {
  const run = world.generatorRun;
  if (run === undefined) return;
  for (const [child, program] of run.children) {
    log(world, 3, `${program} takes longer than ${LIMIT_USEC / 1e6} s, and is killed.`, undefined);
    world.command({ do: 'signal', child, signal: 9 });
  }
  advance(world, { ...run, children: [] });
}

function advance(world: World, run: GeneratorRun): void {
  const { generators } = world.options;
  if (generators === undefined) return finish(world);
  switch (run.stage) {
    case 'environment':
      takeEnvironment(world);
      return nextEnvironment(world, generators, run.waiting);
    case 'directories':
      return runAll(world, generators);
    case 'units':
      trim(world, generators);
      return finish(world);
    default:
      return run.stage;
  }
}

function nextEnvironment(world: World, generators: Generators, [program, ...waiting]: readonly string[]): void {
  if (program === undefined) return makeDirectories(world, generators);
  const file = environmentFile(world);
  const open: Op = { op: 'open', slot: 1, path: file, flags: openFlags.write | openFlags.create | openFlags.truncate, mode: 0o600 };
  const child = spawn(
    world,
    [program],
    [...generators.environment],
    [{ op: 'unlink', path: file }, open, { op: 'dup', slot: 1, number: 1 }],
  );
  begin(world, { stage: 'environment', children: [[child, program]], waiting });
}

/** Takes over what an environment generator has printed. */
function takeEnvironment(world: World): void {
  const bytes = world.options.files.read(environmentFile(world), LONGEST_OUTPUT);
  world.options.files.unlink(environmentFile(world));
  const { assignments, problems } = parseEnvironmentFile(new TextDecoder().decode(bytes ?? new Uint8Array()));
  for (const { line, message } of problems)
    log(world, 4, `Output of an environment generator, line ${line}: ${message}, ignored`, undefined);
  world.generatedEnvironment = changeEnvironment(world.generatedEnvironment, assignments, []);
}

const LONGEST_OUTPUT = 1024 * 1024;

function environmentFile({ options }: World): string {
  return `${options.runtimeDirectory}/generated-environment`;
}

function makeDirectories(world: World, generators: Generators): void {
  const directories = outputs(generators);
  const plan: Plan = [
    ...directories.map((path) => ({ op: 'remove', path }) as const),
    ...directories.map((path) => ({ op: 'mkdir-all', path, mode: 0o755 }) as const),
    { op: 'exit', status: 0 },
  ];
  const child = world.nextChild();
  world.command({ do: 'run', child, group: '', plan });
  begin(world, { stage: 'directories', children: [[child, 'Making the directories of generators']], waiting: [] });
}

function runAll(world: World, generators: Generators): void {
  const programs = generatorPrograms(world.options.files, generators.unitPrograms);
  if (programs.length === 0) return finish(world);
  const { normal, early, late } = generators.output;
  const children = programs.map((program) => [spawn(world, [program, normal, early, late], generators.environment, []), program] as const);
  begin(world, { stage: 'units', children, waiting: [] });
}

/** Runs a program of no unit, whose output goes to the log where `output` does not place it elsewhere. */
function spawn(world: World, argv: readonly string[], environment: readonly string[], output: readonly Op[]): number {
  const child = world.nextChild();
  const [program = ''] = argv;
  const stream = BigInt(world.nextStream);
  world.nextStream += 1;
  // What set-environment has set is for services only.
  const env = changeEnvironment(world.options.config.environment, [...world.generatedEnvironment, ...environment], []);
  const meta = JSON.stringify({
    SYSLOG_IDENTIFIER: program.slice(program.lastIndexOf('/') + 1),
    PRIORITY: '6',
    LEVEL_PREFIX: '1',
    STREAM: 'stderr',
  });
  const plan: Plan = [
    { op: 'signals', ignorePipe: 0 },
    { op: 'setsid' },
    { op: 'umask', mask: 0o022 },
    { op: 'open', slot: 0, path: '/dev/null', flags: openFlags.read, mode: 0 },
    { op: 'dup', slot: 0, number: 0 },
    { op: 'output', slot: 2, stream, meta },
    { op: 'dup', slot: 2, number: 2 },
    ...(output.length === 0 ? [{ op: 'dup', slot: 2, number: 1 } as const] : output),
    { op: 'chdir', path: '/' },
    { op: 'env-pid', name: 'SYSTEMD_EXEC_PID' },
    ...inheritedOps(bareContext(world)),
    { op: 'exec', paths: [program], argv, env },
  ];
  world.command({ do: 'run', child, group: '', plan });
  return child;
}

/** Whether a unit may be one that the generators make: it has a file or a drop-in of theirs, or it is not known where it would come from. */
export function isInTheMaking(world: World, name: string): boolean {
  const { generators } = world.options;
  const config = world.peek(name)?.config;
  if (config === undefined || config.load.state === 'not-found' || generators === undefined) return true;
  const paths = [config.fragment, ...config.dropIns];
  return outputs(generators).some((directory) => paths.some((path) => path?.startsWith(`${directory}/`)));
}

/** Directories without units need not be searched. */
function trim({ options: { files } }: World, generators: Generators): void {
  for (const directory of outputs(generators)) {
    if (files.stat(directory).kind === 'directory' && files.list(directory).length === 0) files.rmdir(directory);
  }
}

function outputs({ output: { normal, early, late } }: Generators): readonly string[] {
  return [normal, early, late];
}

function begin(world: World, run: Omit<GeneratorRun, 'deadlineUsec'>): void {
  setRun(world, { ...run, deadlineUsec: world.now.monotonicUsec + LIMIT_USEC });
}

/** Puts a run where it was, in a world that takes the place of another. */
export function setRun(world: World, run: GeneratorRun): void {
  world.generatorRun = run;
  world.dirtyManager = true;
  world.timers.disarm(world, generatorTimer);
  world.timers.arm(world, generatorTimer, run.deadlineUsec);
}

function finish(world: World): void {
  if (!world.started) reachStage(world, 'generatorsFinish');
  world.generatorRun = undefined;
  world.generatorsDone = true;
  world.dirtyManager = true;
  world.timers.disarm(world, generatorTimer);
}
