import type { Files } from '../port/files.ts';
import { isReadOnlyMount } from '../type/mount/parse.ts';
import { fstabUnits, generatedMark, type GeneratedUnits } from '../unit/fstab/generate.ts';

/** What writing the units of /etc/fstab depends on. */
export interface FstabOptions {
  /** Where generated units lie, /run/systemd/generator. */
  readonly directory: string;
  /** Hears of lines that are not carried out. */
  readonly warn: (message: string) => void;
  readonly container: boolean;
}

/**
 * Writes the units that /etc/fstab stands for, in the place of those that it stood for before. What another generator has
 * written stays as it is, and wins.
 */
export function writeFstabUnits(files: Files, { directory, warn, container }: FstabOptions): void {
  removeGenerated(files, directory);
  if (files.statFollow('/etc/fstab').kind !== 'file') return;
  const generated = fstabUnits(textOf(files, '/etc/fstab'), {
    devices: !isReadOnlyMount(textOf(files, '/proc/self/mountinfo'), '/sys'),
    swaps: !container && files.stat('/proc/swaps').kind !== 'missing',
    exists: (path) => files.statFollow(path).kind !== 'missing',
    resolve: (path) => resolve(files, path),
  });
  for (const remark of generated.remarks) warn(`/etc/fstab: ${remark}.`);
  try {
    write(files, directory, generated);
  } catch (error) {
    warn(`The units of /etc/fstab cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function write(files: Files, directory: string, { files: units, links }: GeneratedUnits): void {
  const isFree = (path: string): boolean => files.stat(path).kind === 'missing';
  if (units.size > 0) files.mkdir(directory, 0o755);
  for (const [path, text] of units) {
    const whole = `${directory}/${path}`;
    if (!isFree(whole)) continue;
    if (path.includes('/')) files.mkdir(whole.slice(0, whole.lastIndexOf('/')), 0o755);
    files.write(whole, text, 0o644);
  }
  for (const [path, target] of links) if (isFree(`${directory}/${path}`)) files.symlink(target, `${directory}/${path}`);
}

/** What a path is without its symlinks; what is not there yet is as it is written. */
function resolve(files: Files, path: string): string {
  const real = files.realPath(path);
  if (real !== undefined || path === '/') return real ?? path;
  const slash = path.lastIndexOf('/');
  const above = resolve(files, path.slice(0, slash) || '/');
  return `${above === '/' ? '' : above}${path.slice(slash)}`;
}

/** Takes away what an earlier manager wrote here: files that say so, and links to these. */
function removeGenerated(files: Files, directory: string): void {
  const names = files.list(directory);
  const removed = new Set(names.filter((name) => removeOwn(files, `${directory}/${name}`)));
  for (const name of names) {
    const path = `${directory}/${name}`;
    if (files.stat(path).kind !== 'directory') continue;
    for (const inside of files.list(path)) {
      const target = files.readLink(`${path}/${inside}`);
      const isOurs = target === undefined ? removeOwn(files, `${path}/${inside}`) : removed.has(target.replace(/^\.\.\//, ''));
      if (isOurs && target !== undefined) files.unlink(`${path}/${inside}`);
    }
    if (files.list(path).length === 0) files.rmdir(path);
  }
}

function removeOwn(files: Files, path: string): boolean {
  if (files.stat(path).kind !== 'file' || !textOf(files, path, generatedMark.length).startsWith(generatedMark)) return false;
  files.unlink(path);
  return true;
}

function textOf(files: Files, path: string, limit?: number): string {
  const bytes = files.read(path, limit);
  return bytes === undefined ? '' : new TextDecoder().decode(bytes);
}
