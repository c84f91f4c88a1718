import { resolve } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import { quoteWord } from '../base/quote-word.ts';
import { realFiles } from '../port/files-real.ts';
import type { Property } from '../unit/property.ts';

/** The unit that runs what follows `--` on tysd's command line. */
export const commandUnit = 'command.service';

/** Why a program cannot be run, and the exit status that shells and container runtimes give it. */
export interface NotRunnable {
  readonly message: string;
  readonly status: 126 | 127;
}

/** Finds a program as execvp(3) does; the path is absolute. */
export function findProgram(program: string, searchPath: string | undefined, directory: string): Result<string, NotRunnable> {
  const candidates = program.includes('/')
    ? [resolve(directory, program)]
    : (searchPath ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin')
        .split(':')
        .map((each) => resolve(directory, each, program));
  let forbidden: string | undefined;
  for (const path of candidates) {
    const { kind } = realFiles.statFollow(path);
    if (kind === 'missing') continue;
    if (kind === 'file' && realFiles.access(path, 1)) return ok(path);
    forbidden ??= path;
  }
  return err(
    forbidden === undefined
      ? { status: 127, message: `${program}: there is no such program` }
      : { status: 126, message: `${forbidden} cannot be executed` },
  );
}

/** How the command is to run; `path` is the program's, and `argv` begins with its name. */
export interface CommandRequest {
  readonly path: string;
  readonly argv: readonly string[];
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  /** A unit that is to be there first, and as long. */
  readonly beside?: string;
  /** The terminal that it is to control, where there is one. */
  readonly terminal?: string;
}

/**
 * The properties of the command's unit. It is run as it would be without tysd before it: same streams, environment, directory and
 * privileges, signals sent to it alone, and as much time for its end as whoever stops us leaves.
 */
export function commandProperties({ path, argv, directory, environment, beside, terminal }: CommandRequest): readonly Property[] {
  const names = Object.keys(environment).filter((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !name.startsWith('TYSD_'));
  const streams = terminal === undefined ? { 'X-Tysd-Streams': 'inherit' } : terminalStreams(terminal);
  const all = {
    Description: describe(argv),
    DefaultDependencies: 'no',
    Conflicts: 'shutdown.target',
    Before: 'shutdown.target',
    ...(beside === undefined ? {} : { Wants: beside, After: beside }),
    Type: 'exec',
    // Without the expansion of variables, and with the name that the caller gave it.
    ExecStart: `:@${[path, ...argv].map(quoteWord).join(' ')}`,
    WorkingDirectory: directory,
    PassEnvironment: names.join(' '),
    ...streams,
    KillMode: 'mixed',
    TimeoutStopSec: 'infinity',
    IgnoreSIGPIPE: 'no',
  };
  return Object.entries(all).map(([name, value]) => ({ name, value }));
}

/** One line, and not a long one. */
function describe(argv: readonly string[]): string {
  const text = argv
    .join(' ')
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

function terminalStreams(terminal: string): Readonly<Record<string, string>> {
  return { StandardInput: 'tty', StandardOutput: 'tty', StandardError: 'tty', TTYPath: terminal };
}
