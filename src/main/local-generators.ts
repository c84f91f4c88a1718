import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GeneratedUnits } from '../cli/invocation.ts';
import { generatorPrograms } from '../manager/generator-programs.ts';
import { realFiles } from '../port/files-real.ts';
import { gatherFacts } from './facts.ts';
import { generatorsOf } from './generators.ts';

/** What a generator may take, in milliseconds: as long as what systemd starts by default. */
const patience = 90_000;

/** Has the generators of this machine put their units into directories of our own, without a manager. */
export async function generateUnits(scope: 'system' | 'user'): Promise<GeneratedUnits> {
  const base = mkdtempSync(join(tmpdir(), 'systemd-temporary-'));
  const directories = { normal: join(base, 'generator'), early: join(base, 'generator.early'), late: join(base, 'generator.late') };
  for (const directory of Object.values(directories)) mkdirSync(directory);
  const { unitPrograms, environment } = generatorsOf(scope, directories, process.env, gatherFacts(scope, process.env));
  const variables = Object.fromEntries(environment.map((assignment) => assignment.split(/=(.*)/s, 2)));
  const argv = [directories.normal, directories.early, directories.late];
  const programs = generatorPrograms(realFiles, unitPrograms);
  const ends = await Promise.all(programs.map((program) => run(program, argv, variables)));
  return {
    directories,
    failures: ends.filter((end) => end !== undefined),
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}

/** Gives what is wrong with its end, if anything. */
function run(program: string, argv: readonly string[], variables: Readonly<Record<string, string>>): Promise<string | undefined> {
  const child = spawn(program, argv, {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: patience,
    killSignal: 'SIGKILL',
  });
  return new Promise((resolve) => {
    child.once('error', ({ message }) => resolve(`${program} cannot be executed: ${message}`));
    child.once('exit', (status, signal) => {
      if (signal !== null) resolve(`${program} terminated by signal ${signal.replace('SIG', '')}.`);
      else resolve(status === 0 ? undefined : `${program} failed with exit status ${status ?? 'unknown'}.`);
    });
  });
}
