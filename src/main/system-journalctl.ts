import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { messagesOf } from '../cli/output/open-terminal.ts';
import { realFiles } from '../port/files-real.ts';

/** Becomes the machine's own journalctl, which reads its journal; comes back where there is none. */
export function becomeJournalctl(argv: readonly string[]): void {
  const program = findJournalctl();
  if (program === undefined || process.execve === undefined)
    messagesOf(process.env).warn(
      'What is logged is in the journal of systemd-journald, whose journalctl is not here; this is what tysd has.',
    );
  else process.execve(program, ['journalctl', ...argv], environment());
}

/** What the machine's own journalctl prints; undefined where there is none. */
export function askJournalctl(argv: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<string | undefined> {
  const program = findJournalctl();
  if (program === undefined) return Promise.resolve(undefined);
  return new Promise((resolve) =>
    execFile(program, [...argv, '--no-pager'], { maxBuffer: longestAnswer, env: { ...environment(), ...variables } }, (error, stdout) =>
      resolve(error === null ? stdout : undefined),
    ),
  );
}

const longestAnswer = 64 << 20;

/** The first that is neither this very program by one of its names nor its front. */
function findJournalctl(): string | undefined {
  const program = realFiles.realPath(process.execPath);
  const own = program === undefined ? [] : [program, join(dirname(program), 'tysctl')];
  const directories = [...(process.env['PATH'] ?? '').split(':'), '/usr/bin', '/bin'];
  return directories
    .filter((directory) => directory.startsWith('/'))
    .map((directory) => `${directory}/journalctl`)
    .find((path) => realFiles.access(path, 1) && !own.includes(realFiles.realPath(path) ?? '') && !isScript(path));
}

/** Ours from the source is a script, theirs never. */
function isScript(path: string): boolean {
  const start = realFiles.read(path, 2);
  return start !== undefined && new TextDecoder().decode(start) === '#!';
}

function environment(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
