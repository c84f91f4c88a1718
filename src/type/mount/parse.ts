import { isApiMount } from '../../unit/mount-options.ts';
import { unitOfPath } from '../../unit/name.ts';
import type { MountEntry } from '../table.ts';

/**
 * The mounts of /proc/self/mountinfo that can be units, by the units' names; of those on one mount point the last counts.
 * `utab` is /run/mount/utab, where mount(8) notes the options that are not the kernel's, such as `_netdev`.
 */
export function parseMountTable(mountinfo: string, utab: string): ReadonlyMap<string, MountEntry> {
  const userOptions = userOptionsIn(utab);
  const found = new Map<string, MountEntry>();
  for (const line of mountinfo.split('\n')) {
    const entry = entryOf(line, userOptions);
    const name = entry === undefined ? undefined : unitOfPath(entry.where, 'mount');
    if (entry === undefined || name === undefined) continue;
    // Of two on one place the order is that of the last.
    found.delete(name);
    found.set(name, entry);
  }
  return found;
}

/** What is mounted anywhere, also where that is nobody's unit. */
export function mountedSources(mountinfo: string): ReadonlySet<string> {
  return new Set(mountinfo.split('\n').flatMap((line) => (line === '' ? [] : [unescapeOctal(fieldsOf(line)?.what ?? '')])));
}

/** What is seen at a path where something is mounted at exactly that path, and the number of its device as the kernel writes it in 32 bits. */
export function topMount(mountinfo: string, where: string): { readonly type: string; readonly device: number } | undefined {
  const line = mountinfo.split('\n').findLast((each) => unescapeOctal(each.split(' ')[4] ?? '') === where);
  const fields = line === undefined ? undefined : fieldsOf(line);
  if (line === undefined || fields === undefined) return undefined;
  const [major = 0, minor = 0] = (line.split(' ')[2] ?? '').split(':').map(Number);
  return { type: fields.type, device: ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0 };
}

/** Whether the file system that is seen at a path can only be read; false where nothing is mounted there. */
export function isReadOnlyMount(mountinfo: string, where: string): boolean {
  const line = mountinfo.split('\n').findLast((each) => each.split(' ')[4] === where);
  if (line === undefined) return false;
  const { options, superOptions } = fieldsOf(line) ?? { options: '', superOptions: '' };
  return [options, superOptions].some((each) => each.split(',').includes('ro'));
}

interface Fields {
  readonly where: string;
  readonly options: string;
  readonly type: string;
  readonly what: string;
  readonly superOptions: string;
}

/** proc_pid_mountinfo(5): six fields, others up to a `-`, three more. */
function fieldsOf(line: string): Fields | undefined {
  const words = line.split(' ');
  const dash = words.indexOf('-', 6);
  const [where, options, type, what, superOptions] = [words[4], words[5], words[dash + 1], words[dash + 2], words[dash + 3]];
  if (dash < 0 || where === undefined || options === undefined || type === undefined || what === undefined) return undefined;
  return { where, options, type, what, superOptions: superOptions ?? '' };
}

function entryOf(line: string, userOptions: ReadonlyMap<string, string>): MountEntry | undefined {
  const fields = fieldsOf(line);
  if (fields === undefined || fields.type === 'autofs' || !fields.where.startsWith('/')) return undefined;
  const where = unescapeOctal(fields.where);
  if (isApiMount(where)) return undefined;
  const user = userOptions.get(where);
  const options = mergeOptions(unescapeOctal(fields.options), unescapeOctal(fields.superOptions));
  return {
    table: 'mounts',
    where,
    what: unescapeOctal(fields.what),
    type: unescapeOctal(fields.type),
    options: user === undefined ? options : `${options},${user}`,
  };
}

/** The options of the mount and of its file system as libmount joins them: read-only if either is. */
function mergeOptions(mount: string, superBlock: string): string {
  if (superBlock === '' || mount === superBlock) return mount;
  const all = [...mount.split(','), ...superBlock.split(',')];
  const others = all.filter((option) => option !== 'ro' && option !== 'rw');
  return [all.includes('ro') ? 'ro' : 'rw', ...others].join(',');
}

function userOptionsIn(utab: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of utab.split('\n')) {
    const fields = new Map(
      line.split(' ').map((word): [string, string] => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
    );
    const [target, options] = [fields.get('TARGET'), fields.get('OPTS')];
    if (target !== undefined && options !== undefined && options !== '') found.set(unescapeOctal(target), unescapeOctal(options));
  }
  return found;
}

/** Blanks and their like stand there as `\040`. */
export function unescapeOctal(text: string): string {
  return text.includes('\\')
    ? text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
    : text;
}
