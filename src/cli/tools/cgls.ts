import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { Client } from '../../api/client.ts';
import { connectOnce } from '../connect.ts';
import { flag, type OptionRow, readBoolean, readWords } from '../getopt.ts';
import { columnsOf, fitting } from '../../base/columns.ts';
import { err, ok } from '../../base/result.ts';
import { versionLines } from '../commands/help.ts';
import type { Call } from '../main.ts';
import { readTypedName } from '../../api/unit-name.ts';
import { refuseCommandLine } from '../output/messages.ts';
import type { Style } from '../output/terminal.ts';

interface CglsOptions {
  readonly all: boolean;
  readonly full: boolean;
  readonly kernel: boolean;
  readonly ids: boolean;
  readonly units: readonly string[];
  readonly byUnit: boolean;
  readonly scope: 'system' | 'user' | undefined;
  readonly print: 'help' | 'version' | undefined;
}

/** systemd-cgls(1): cgroups and what runs in them, as trees. */
export async function runCgls(call: Call): Promise<number> {
  const { argv, terminal, services } = call;
  const read = readWords('systemd-cgls', argv, rows, defaults);
  if (!read.ok) {
    refuseCommandLine(terminal, read.error);
    return 1;
  }
  const { options, words } = read.value;
  if (options.print !== undefined) {
    for (const line of options.print === 'help' ? help : versionLines('systemd-cgls', services.version)) terminal.print(line);
    return 0;
  }
  const units = options.byUnit ? [...options.units, ...words] : [];
  const places = units.length > 0 ? await placesOfUnits(call, options, units) : words.map((word) => placeOf(word));
  if (units.length === 0 && words.length === 0) places.push(await usualPlace(call));
  let problem: string | undefined;
  const width = options.full ? undefined : (terminal.width ?? (Number(call.environment['COLUMNS']) || 80));
  for (const place of places) {
    if (place.complaint !== undefined) terminal.fail(place.complaint);
    if (place.remark !== undefined) terminal.warn(place.remark);
    if (place.title !== undefined) terminal.print(place.title);
    const lines = place.directory === undefined ? undefined : treeOf(place.directory, { ...options, width }, terminal.style);
    if (lines === undefined) problem ??= place.reason ?? 'No such file or directory';
    for (const line of lines ?? []) terminal.print(line);
  }
  if (problem === undefined) return 0;
  terminal.fail(`Failed to list cgroup tree: ${problem}`);
  return 1;
}

/** One tree: where it is, what stands above it, and what is to be said first. */
interface Place {
  readonly directory?: string;
  readonly title?: string;
  readonly complaint?: string;
  /** The same, where it is no failure for itself. */
  readonly remark?: string;
  readonly reason?: string;
}

/** The top of cgroup v2. */
function mountPoint(): string | undefined {
  return /^(?:\S+ ){4}(\S+) .* - cgroup2 /m.exec(readFileSync('/proc/self/mountinfo', 'utf8'))?.[1];
}

function placeOf(word: string): Place {
  const path = word.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
  const top = mountPoint();
  if (top !== undefined && (path === top || path.startsWith(`${top}/`))) return { directory: path, title: `Directory ${path}:` };
  if (!path.startsWith('/') || path.split('/').includes('..'))
    return { complaint: `Failed to split argument ${word}: Invalid argument`, reason: 'Invalid argument' };
  return { ...(top === undefined ? {} : { directory: top + path }), title: `Control group ${path}:${path === '/' ? '\n-.slice' : ''}` };
}

/** The working directory, where that is a cgroup; else those of the manager, or else all that there are. */
async function usualPlace(call: Call): Promise<Place> {
  const top = mountPoint();
  const here = process.cwd();
  if (top !== undefined && (here === top || here.startsWith(`${top}/`))) return { directory: here, title: `Working directory ${here}:` };
  const root = await withManager(call, undefined, async (client) => {
    const info = await client.call('manager.info', {});
    return info.ok && info.value.cgroupRoot !== '' ? info.value.cgroupRoot : undefined;
  });
  const directory = root ?? top;
  return { ...(directory === undefined ? {} : { directory }), title: 'Control group /:\n-.slice' };
}

async function placesOfUnits(call: Call, { scope }: CglsOptions, words: readonly string[]): Promise<Place[]> {
  const found = await withManager(call, scope, async (client): Promise<Place[]> => {
    const info = await client.call('manager.info', {});
    const root = info.ok ? info.value.cgroupRoot : '';
    const names = words.map((word) => readTypedName(word, undefined, { globs: false })?.name ?? word);
    const told = await client.call('units.properties', { units: names });
    return names.map((name, index) => {
      const { Id: id = name, ControlGroup: group = '' } = (told.ok ? told.value[index] : undefined) ?? {};
      if (group === '') return { remark: `Unit ${name} not found.` };
      return { title: `Unit ${id} (${group}):`, ...(root === '' ? {} : { directory: root + group }) };
    });
  });
  return found ?? [{ complaint: 'Failed to connect to the manager.' }];
}

async function withManager<T>(
  { environment }: Call,
  scope: CglsOptions['scope'],
  ask: (client: Client) => Promise<T>,
): Promise<T | undefined> {
  const connection = connectOnce({ scope, runtimeDirectory: undefined }, environment);
  try {
    const client = await connection.connect();
    return client.ok ? await ask(client.value) : undefined;
  } finally {
    connection.close();
  }
}

/** The lines below a cgroup, of `width` columns at most; undefined where there is none. */
function treeOf(
  directory: string,
  options: CglsOptions & { readonly width: number | undefined },
  style: Style,
  indent = '',
): readonly string[] | undefined {
  const pids = readOr(`${directory}/cgroup.procs`);
  if (pids === undefined) return undefined;
  const processes = pids
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0 && (options.kernel || !isKernelThread(pid)))
    .toSorted((left, right) => left - right);
  const groups = groupsIn(directory).filter((name) => options.all || isPopulated(`${directory}/${name}`));
  const { branch, last, vertical } = style.glyphs;
  const digits = Math.max(0, ...processes.map((pid) => String(pid).length));
  const count = processes.length + groups.length;
  const { width = Infinity } = options;
  const lines = processes.map((pid, index) => {
    const before = indent + (index === count - 1 ? last : branch);
    return before + style.grey(cut(`${String(pid).padStart(digits)} ${commandLine(pid)}`, width - columnsOf(before), style));
  });
  groups.forEach((name, index) => {
    const isLast = processes.length + index === count - 1;
    const id = options.ids ? ` (#${statSync(`${directory}/${name}`, { throwIfNoEntry: false })?.ino ?? 0})` : '';
    lines.push(cut(`${indent}${isLast ? last : branch}${name}${id}`, width, style));
    lines.push(...(treeOf(`${directory}/${name}`, options, style, indent + (isLast ? '  ' : vertical)) ?? []));
  });
  return lines;
}

function groupsIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
      .toSorted();
  } catch {
    return [];
  }
}

function isPopulated(directory: string): boolean {
  return /^populated 1$/m.test(readOr(`${directory}/cgroup.events`) ?? '');
}

const PF_KTHREAD = 0x200000;

function isKernelThread(pid: number): boolean {
  const stat = readOr(`/proc/${pid}/stat`) ?? '';
  const flags = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[6] ?? 0);
  return (flags & PF_KTHREAD) !== 0;
}

/** The arguments with blanks between them; what would command a terminal is shown as a blank. */
function commandLine(pid: number): string {
  const words = (readOr(`/proc/${pid}/cmdline`) ?? '').replace(/\0+$/, '');
  if (words === '') return `[${(readOr(`/proc/${pid}/comm`) ?? 'n/a').trimEnd()}]`;
  return words.replace(/\p{Cc}/gu, ' ').trim();
}

function cut(line: string, width: number, { glyphs }: Style): string {
  return columnsOf(line) <= width ? line : fitting(line, width - glyphs.ellipsis.length).trimEnd() + glyphs.ellipsis;
}

function readOr(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const defaults: CglsOptions = {
  all: false,
  full: false,
  kernel: false,
  ids: false,
  units: [],
  byUnit: false,
  scope: undefined,
  print: undefined,
};

function unitOption(scope: 'system' | 'user'): Pick<OptionRow<CglsOptions>, 'value' | 'apply'> {
  return {
    value: 'optional',
    apply: (value, { units }) => ok({ byUnit: true, scope, units: value === undefined ? units : [...units, value] }),
  };
}

const rows: readonly OptionRow<CglsOptions>[] = [
  { long: 'help', short: 'h', isLast: true, ...flag({ print: 'help' }) },
  { long: 'version', isLast: true, ...flag({ print: 'version' }) },
  { long: 'no-pager', ...flag({}) },
  { long: 'all', short: 'a', ...flag({ all: true }) },
  { long: 'full', short: 'l', ...flag({ full: true }) },
  { short: 'k', ...flag({ kernel: true }) },
  {
    long: 'machine',
    short: 'M',
    value: 'required',
    apply: () => err('tysd does not run containers: run systemd-cgls inside the container instead.'),
  },
  { long: 'unit', short: 'u', ...unitOption('system') },
  { long: 'user-unit', ...unitOption('user') },
  {
    long: 'xattr',
    value: 'required',
    apply: (value = '') => {
      const read = readBoolean('xattr', value, (wanted) => wanted);
      if (!read.ok) return err(`Failed to parse --xattr= value: ${value}`);
      return read.value ? err('Extended attributes of cgroups cannot be read here: tysd sets none.') : ok({});
    },
  },
  {
    long: 'cgroup-id',
    value: 'required',
    apply: (value = '') => {
      const read = readBoolean('cgroup-id', value, (ids) => ({ ids }));
      return read.ok ? read : err(`Failed to parse --cgroup-id= value: ${value}`);
    },
  },
];

const help: readonly string[] = [
  'systemd-cgls [OPTION…] [CGROUP…]',
  '',
  'Show cgroups and what runs in them, as trees.',
  '',
  '  -a --all            Also those in which nothing runs',
  '  -u --unit[=UNIT]    The cgroups of units; --user-unit for those of the own manager',
  '  --cgroup-id=BOOL    With their numbers',
  '  -l --full           Do not shorten lines',
  '  -k                  With threads of the kernel',
];
