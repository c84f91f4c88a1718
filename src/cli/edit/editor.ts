import { spawnSync } from 'node:child_process';

/** What is tried where no variable names an editor. */
const usual: readonly (readonly string[])[] = [['editor'], ['nano'], ['vim'], ['vi']];

/** Runs the editor on files, on the terminal that this is; an error is a sentence. */
export function runEditor(paths: readonly string[], environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const named = ['SYSTEMD_EDITOR', 'EDITOR', 'VISUAL']
    .map((name) => environment[name])
    .find((value) => value !== undefined && value !== '');
  const candidates = named === undefined ? usual : [named.split(/\s+/).filter((word) => word !== '')];
  for (const [program = '', ...words] of candidates) {
    const { error, status, signal } = spawnSync(program, [...words, ...paths], { stdio: 'inherit' });
    if (error !== undefined && 'code' in error && error.code === 'ENOENT') continue;
    if (error !== undefined) return `Failed to execute ${program}: ${error.message}`;
    if (signal !== null) return `(editor) was ended by ${signal}.`;
    return status === 0 ? undefined : `(editor) failed with exit status ${status ?? 1}.`;
  }
  return named === undefined
    ? 'Cannot edit units, no editor available. Please set either $SYSTEMD_EDITOR, $EDITOR or $VISUAL.'
    : `Failed to execute ${named}: No such file or directory`;
}
