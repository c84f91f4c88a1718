import { readdirSync, realpathSync } from 'node:fs';

/** Where configuration is, the strongest first. */
const prefixes = ['/etc', '/run', '/usr/local/lib', '/usr/local/share', '/usr/lib', '/usr/share', '/lib'];

/** What is looked at when nothing is named. */
export const configurationSuffixes: readonly string[] = [
  'sysctl.d',
  'tmpfiles.d',
  'modules-load.d',
  'binfmt.d',
  'systemd/system',
  'systemd/user',
  'systemd/system-preset',
  'systemd/user-preset',
  'udev/rules.d',
  'modprobe.d',
];

const withDropIns: ReadonlySet<string> = new Set(['systemd/system', 'systemd/user']);

/** A file that counts; `below` is the weakest of its name where that is to be told, `dropIns` add to it. */
export interface Found {
  readonly path: string;
  readonly below: string | undefined;
  readonly dropIns: readonly string[];
}

/** A directory below one of the prefixes or, as a suffix, below all; undefined for an absolute path elsewhere. */
export function splitPrefix(word: string): { readonly prefix: string | undefined; readonly suffix: string } | undefined {
  const path = word.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
  if (!path.startsWith('/')) return { prefix: undefined, suffix: path };
  const prefix = prefixes.find((each) => path === each || path.startsWith(`${each}/`));
  return prefix === undefined ? undefined : { prefix, suffix: path.slice(prefix.length + 1) };
}

/** The files of all prefixes with this suffix, by name; of what is below the strongest, only what has the prefix that is asked for. */
export function findConfiguration(
  suffix: string,
  prefix: string | undefined,
): { readonly files: readonly Found[]; readonly problems: readonly string[] } {
  const strongest = new Map<string, string>();
  const weakest = new Map<string, string>();
  const dropIns = new Map<string, Map<string, string>>();
  const problems: string[] = [];
  for (const directory of directoriesOf(suffix)) {
    const entries = list(directory);
    if (typeof entries === 'string') problems.push(`Failed to open ${directory}: ${entries}`);
    else {
      const hasDropIns = withDropIns.has(suffix);
      const folders = entries.filter(({ name, isDirectory }) => hasDropIns && isDirectory && name.endsWith('.d'));
      for (const { name: folder } of folders) {
        const inside = list(`${directory}/${folder}`);
        for (const { name } of typeof inside === 'string' ? [] : inside.filter(isConfiguration)) {
          note(`${folder}/${name}`, `${directory}/${folder}/${name}`);
          const own = dropIns.get(folder.slice(0, -2)) ?? new Map<string, string>();
          dropIns.set(folder.slice(0, -2), own);
          if (!own.has(name)) own.set(name, `${directory}/${folder}/${name}`);
        }
      }
      for (const { name } of entries.filter(isPlain)) note(name, `${directory}/${name}`);
    }
  }
  function note(key: string, path: string): void {
    if (!strongest.has(key)) strongest.set(key, path);
    weakest.set(key, path);
  }
  const isAsked = (path: string): boolean => prefix === undefined || path.startsWith(prefix);
  const files = [...strongest].map(([key, path]): Found => {
    const below = weakest.get(key);
    return {
      path,
      below: below !== undefined && isAsked(below) ? below : undefined,
      dropIns: [...(dropIns.get(key)?.values() ?? [])].filter(isAsked),
    };
  });
  return { files, problems };
}

/** The directories to look at; one that is another by way of links is not looked at twice. */
function directoriesOf(suffix: string): readonly string[] {
  const all = prefixes.map((prefix) => `${prefix}/${suffix}`);
  return all.filter((path) => {
    try {
      const end = realpathSync(path);
      return end === path || !all.includes(end);
    } catch {
      return true;
    }
  });
}

interface Entry {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly isFile: boolean;
}

/** What is in a directory, by name; an error is the reason, but one that is not there is empty. */
function list(directory: string): readonly Entry[] | string {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory(), isFile: entry.isFile() || entry.isSymbolicLink() }))
      .toSorted((left, right) => (left.name < right.name ? -1 : 1));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return [];
    return code === 'ENOTDIR' ? 'Not a directory' : 'Permission denied';
  }
}

/** Neither hidden nor what editors and package managers leave behind. */
function isPlain({ name, isFile }: Entry): boolean {
  return (
    isFile && !/^\.|~$|\.(rpmnew|rpmsave|rpmorig|dpkg-(old|new|tmp|dist|bak|backup|remove)|ucf-(new|old|dist)|swp|bak|old|new)$/.test(name)
  );
}

function isConfiguration(entry: Entry): boolean {
  return isPlain(entry) && entry.name.endsWith('.conf');
}
