import { basename } from 'node:path';
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
export async function askJournalctl(
  argv: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const program = findJournalctl();
  if (program === undefined) return undefined;
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) =>
    execFile(program, [...argv, '--no-pager'], { maxBuffer: longestAnswer, env: { ...environment(), ...variables } }, (error, stdout) =>
      resolve(error === null ? stdout : undefined),
    ),
  );
}

const longestAnswer = 64 << 20;

/** The first that is no tysd by one of its names, of this or of another directory: that would look for it in the same way, and so without end. */
function findJournalctl(): string | undefined {
  const directories = [...(process.env['PATH'] ?? '').split(':'), '/usr/bin', '/bin'];
  return directories
    .filter((directory) => directory.startsWith('/'))
    .map((directory) => `${directory}/journalctl`)
    .find((path) => realFiles.access(path, 1) && !isTysd(path) && !isScript(path));
}

/** Its names are links to the program, or to its front. */
function isTysd(path: string): boolean {
  const real = realFiles.realPath(path) ?? path;
  return real === realFiles.realPath(process.execPath) || ['tysd', 'tysctl'].includes(basename(real));
}

/** Ours from the source is a script, theirs never. */
function isScript(path: string): boolean {
  const start = realFiles.read(path, 2);
  return start !== undefined && new TextDecoder().decode(start) === '#!';
}

function environment(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
