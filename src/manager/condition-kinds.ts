import { globPattern } from '../base/glob.ts';
import { isFirstBoot } from './first-boot.ts';
import { compareVersions } from '../base/version-order.ts';
import { booleanOf } from '../unit/values/boolean.ts';
import { capabilityNames } from '../unit/values/capability.ts';
import { parseSize } from '../unit/values/size.ts';
import { slicePath } from '../unit/slice.ts';
import { splitWords, unquoted } from '../unit/values/words.ts';
import type { ConditionFacts } from './condition-facts.ts';
import { isEncrypted, isMountPoint, isReadOnly } from './condition-places.ts';
import { expandBraces, expandGlob } from './expand-glob.ts';
import { hasFeature } from './processor-features.ts';

/** Judges one argument; undefined where that cannot be done. */
type Judge = (argument: string, facts: ConditionFacts) => boolean | undefined;

/** Every kind of condition that can be judged (semantics 9), by its name without the word in front. */
export const conditionKinds: Readonly<Record<string, Judge>> = {
  Architecture: (argument, facts) => argument === 'native' || argument === facts.architecture,
  Firmware: firmware,
  Virtualization: virtualization,
  Host: host,
  KernelCommandLine: kernelCommandLine,
  KernelVersion: (argument, facts) => allVersions(argument, facts.kernelRelease),
  Version: version,
  Credential: (argument, { files, credentialDirectories }) =>
    /^[^/]+$/.test(argument) ? credentialDirectories.some((directory) => exists(files, `${directory}/${argument}`)) : undefined,
  Environment: (argument, facts) =>
    facts.environment().some((entry) => (argument.includes('=') ? entry === argument : entry.startsWith(`${argument}=`))),
  Security: (argument, facts) => facts.security.includes(argument),
  Capability: capability,
  ACPower: (argument, { files }) => compareBoolean(argument, isOnPower(files)),
  NeedsUpdate: needsUpdate,
  FirstBoot: firstBoot,
  PathExists: (argument, { files }) => exists(files, argument),
  PathExistsGlob: (argument, { files }) => expandBraces(argument).some((pattern) => expandGlob(files, pattern).length > 0),
  PathIsDirectory: (argument, { files }) => files.statFollow(argument).kind === 'directory',
  PathIsSymbolicLink: (argument, { files }) => files.stat(argument).kind === 'symlink',
  PathIsMountPoint: (argument, { files }) => isMountPoint(files, argument),
  PathIsReadWrite: (argument, { files }) => exists(files, argument) && !isReadOnly(files, argument),
  PathIsEncrypted: (argument, { files }) => isEncrypted(files, argument),
  PathIsSocket: (argument, { files }) => files.statFollow(argument).kind === 'socket',
  DirectoryNotEmpty: (argument, { files }) => files.list(argument).some((name) => !isHidden(name)),
  FileNotEmpty: (argument, { files }) => {
    const { kind, size } = files.statFollow(argument);
    return kind === 'file' && size > 0;
  },
  FileIsExecutable: (argument, { files }) => {
    const { kind, mode } = files.statFollow(argument);
    return kind === 'file' && (mode & 0o111) !== 0;
  },
  User: (argument, { user }) => (argument === '@system' ? user.uid < 1000 : argument === user.name || argument === String(user.uid)),
  Group: (argument, { groups }) => groups.some(({ name, gid }) => argument === name || argument === String(gid)),
  ControlGroupController: controllers,
  Memory: (argument, facts) => compareAmount(argument, facts.memoryBytes, (text) => sizeOf(text)),
  CPUs: (argument, facts) => compareAmount(argument, facts.processors, (text) => countOf(text)),
  CPUFeature: (argument, facts) => hasFeature(argument, facts.processorFlags),
  OSRelease: osRelease,
  MemoryPressure: pressure('memory'),
  CPUPressure: pressure('cpu'),
  IOPressure: pressure('io'),
  KernelModuleLoaded: (argument, { files }) =>
    argument === '' || argument.includes('/') ? undefined : exists(files, `/sys/module/${argument.replaceAll('-', '_')}`),
};

function exists(files: ConditionFacts['files'], path: string): boolean {
  return files.statFollow(path).kind !== 'missing';
}

/** Hidden files and the backups that editors and package managers leave. */
function isHidden(name: string): boolean {
  return (
    name.startsWith('.') ||
    name.endsWith('~') ||
    /\.(rpmnew|rpmsave|rpmorig|dpkg-(old|new|dist|bak|backup|tmp)|ucf-(new|old|dist)|swp|bak|old|new)$/.test(name)
  );
}

function firstBoot(argument: string, { files, kernelCommandLine: line }: ConditionFacts): boolean | undefined {
  const told = /(?:^|\s)systemd\.condition-first-boot(?:=(\S*))?(?:\s|$)/.exec(line);
  return compareBoolean(argument, (told === null ? undefined : booleanOf(told[1] ?? 'yes')) ?? isFirstBoot(files));
}

function compareBoolean(argument: string, fact: boolean): boolean | undefined {
  const wanted = booleanOf(argument);
  return wanted === undefined ? undefined : wanted === fact;
}

function firmware(argument: string, { firmware: facts, files }: ConditionFacts): boolean | undefined {
  if (argument === 'uefi') return facts.uefi;
  if (argument === 'device-tree') return facts.deviceTree;
  const [, kind, content = ''] = /^(device-tree-compatible|smbios-field)\((.*)\)$/.exec(argument) ?? [];
  if (kind === 'device-tree-compatible') return facts.compatible.includes(content);
  if (kind !== 'smbios-field') return undefined;
  const match = /^\s*([a-z_]+)\s*(!\$=|\$=|!=|<>|<=|>=|==|=|<|>)\s*(.*?)\s*$/.exec(content);
  if (match === null) return undefined;
  const [, field = '', operator = '=', value = ''] = match;
  const bytes = files.read(`/sys/class/dmi/id/${field}`, 4096);
  if (bytes === undefined) return false;
  return compareText(operator, new TextDecoder().decode(bytes).trim(), unquote(value), '=');
}

function virtualization(argument: string, { virtualization: facts }: ConditionFacts): boolean {
  const wanted = booleanOf(argument);
  if (wanted !== undefined) return wanted === (facts.kind !== 'none');
  if (argument === 'vm' || argument === 'container') return facts.kind === argument;
  if (argument === 'private-users') return facts.privateUsers;
  return argument === facts.id;
}

function host(argument: string, { hostName, machineId, bootId }: ConditionFacts): boolean {
  const id = argument.replaceAll('-', '').toLowerCase();
  if (/^[0-9a-f]{32}$/.test(id)) return id === machineId || id === bootId;
  return globPattern(argument.toLowerCase()).test(hostName.toLowerCase());
}

function kernelCommandLine(argument: string, facts: ConditionFacts): boolean {
  const found = wordsOf(facts.kernelCommandLine) ?? [];
  return argument.includes('=') ? found.includes(argument) : found.some((word) => word === argument || word.startsWith(`${argument}=`));
}

/** Version= with the name of what is asked for first; the kernel without one. */
function version(argument: string, facts: ConditionFacts): boolean | undefined {
  const [first, rest] = splitOnce(argument);
  if (first === 'systemd') return allVersions(rest, compatibleVersion);
  if (first === 'glibc') return undefined;
  return allVersions(first === 'kernel' ? rest : argument, facts.kernelRelease);
}

/** The systemd whose behaviour tysd has. */
const compatibleVersion = '252';

function allVersions(argument: string, actual: string): boolean | undefined {
  const found = wordsOf(argument);
  if (found === undefined) return undefined;
  let operator = '';
  for (const [index, word] of found.entries()) {
    const parsed = /^(!\$=|\$=|!=|<>|<=|>=|==|=|<|>)?\s*(.*)$/s.exec(word);
    const mark = operator === '' ? (parsed?.[1] ?? '') : operator;
    const value = operator === '' ? (parsed?.[2] ?? '') : word;
    // An operator may stand apart from its version, but only as the first word.
    if (value === '' && mark !== '') {
      if (index > 0 || found.length === 1) return undefined;
      operator = mark;
      continue;
    }
    operator = '';
    const holds = mark === '' ? globPattern(value).test(actual) : compareText(mark, actual, value, 'version');
    if (!holds) return false;
  }
  return operator === '' ? true : undefined;
}

function capability(argument: string, { capabilities }: ConditionFacts): boolean | undefined {
  const number = /^[0-9]+$/.test(argument) ? Number(argument) : capabilityNames.indexOf(argument.toLowerCase());
  return number < 0 ? undefined : ((capabilities >> BigInt(number)) & 1n) === 1n;
}

/** Without a power supply that says otherwise the machine is on power. */
function isOnPower(files: ConditionFacts['files']): boolean {
  const text = (path: string) => new TextDecoder().decode(files.read(path, 64) ?? new Uint8Array()).trim();
  const supplies = files.list('/sys/class/power_supply').map((name) => `/sys/class/power_supply/${name}`);
  const mains = supplies.filter((path) => text(`${path}/type`) === 'Mains');
  if (mains.some((path) => text(`${path}/online`) === '1')) return true;
  if (mains.length > 0) return false;
  return !supplies.some((path) => text(`${path}/type`) === 'Battery' && text(`${path}/status`) === 'Discharging');
}

function needsUpdate(argument: string, { files, kernelCommandLine: line }: ConditionFacts): boolean | undefined {
  const forced = /(?:^|\s)systemd\.condition-needs-update(?:=(\S+))?(?:\s|$)/.exec(line);
  if (forced !== null) return booleanOf(forced[1] ?? 'yes');
  if (isReadOnly(files, argument)) return false;
  // What cannot be told counts as old.
  const stamp = files.statFollow(`${argument}/.updated`);
  return stamp.kind === 'missing' || files.statFollow('/usr').mtimeUsec > stamp.mtimeUsec;
}

function controllers(argument: string, facts: ConditionFacts): boolean | undefined {
  if (argument === 'v1' || argument === 'v2') return facts.cgroup === argument;
  const found = wordsOf(argument);
  return found?.filter((word) => knownControllers.has(word)).every((word) => facts.controllers.includes(word));
}

/** Those that any kernel may have; other words say nothing. */
const knownControllers: ReadonlySet<string> = new Set([
  'cpu',
  'cpuacct',
  'cpuset',
  'io',
  'blkio',
  'memory',
  'devices',
  'pids',
  'bpf-firewall',
  'bpf-devices',
  'bpf-foreign',
  'bpf-socket-bind',
  'bpf-restrict-network-interfaces',
]);

function compareAmount(argument: string, actual: number, parse: (text: string) => number | undefined): boolean | undefined {
  const match = /^\s*(!=|<>|<=|>=|==|=|<|>)?\s*(.*?)\s*$/.exec(argument);
  const wanted = parse(match?.[2] ?? '');
  return wanted === undefined ? undefined : holdsOrder(match?.[1] ?? '>=', actual - wanted);
}

/** As systemd reads numbers: with a sign, and in other bases by their prefix. */
function countOf(text: string): number | undefined {
  const [, digits = ''] = /^\+?([0-9].*)$/.exec(text) ?? [];
  const octal = /^0[0-7]+$/.test(digits);
  const value = octal ? Number.parseInt(digits, 8) : Number(digits);
  return digits === '' || !/^(0x[0-9a-f]+|0b[01]+|0o[0-7]+|0[0-7]*|[1-9][0-9]*)$/i.test(digits) ? undefined : value;
}

function sizeOf(text: string): number | undefined {
  const size = parseSize(text, 1024);
  return size.ok ? size.value : undefined;
}

function osRelease(argument: string, facts: ConditionFacts): boolean | undefined {
  const found = wordsOf(argument);
  if (found === undefined || found.length === 0) return undefined;
  for (const word of found) {
    const match = /^([A-Z0-9_]+)(!\$=|\$=|!=|<>|<=|>=|==|=|<|>)(.*)$/.exec(word);
    if (match === null) return undefined;
    const [, key = '', operator = '=', value = ''] = match;
    if (value === '') return undefined;
    if (!compareText(operator, facts.osRelease[key] ?? '', value, 'text')) return false;
  }
  return true;
}

/** `=` and `!=` compare text for OSRelease=, versions elsewhere. */
function compareText(operator: string, actual: string, wanted: string, equality: 'text' | 'version' | '='): boolean {
  if (operator === '$=') return globPattern(wanted).test(actual);
  if (operator === '!$=') return !globPattern(wanted).test(actual);
  if (equality !== 'version' && (operator === '=' || operator === '!=')) return (actual === wanted) === (operator === '=');
  return holdsOrder(operator, compareVersions(actual, wanted));
}

function holdsOrder(operator: string, difference: number): boolean {
  return orders[operator]?.(difference) ?? false;
}

const orders: Readonly<Record<string, (difference: number) => boolean>> = {
  '=': (difference) => difference === 0,
  '==': (difference) => difference === 0,
  '!=': (difference) => difference !== 0,
  '<>': (difference) => difference !== 0,
  '<': (difference) => difference < 0,
  '<=': (difference) => difference <= 0,
  '>': (difference) => difference > 0,
  '>=': (difference) => difference >= 0,
};

/** `[SLICE:]PERCENT[/TIME]`: the average of the last 10 s, 1 min or 5 min is not above; where the kernel does not tell, it is not. */
function pressure(resource: 'memory' | 'cpu' | 'io'): Judge {
  return (argument, { files }) => {
    const match = /^(?:([^:]+):)?\s*([0-9.]+[%‰‱])\s*(?:\/\s*(10sec|1min|5min))?$/.exec(argument);
    const [, slice, share = '', time = '5min'] = match ?? [];
    const limit = shareOf(share);
    if (limit === undefined) return undefined;
    const bytes = files.read(slice === undefined ? `/proc/pressure/${resource}` : `${directoryOf(slice)}/${resource}.pressure`, 4096);
    if (bytes === undefined) return true;
    const field = { '10sec': 'avg10', '1min': 'avg60', '5min': 'avg300' }[time] ?? 'avg300';
    const average = new RegExp(`^some .*\\b${field}=([0-9.]+)`, 'm').exec(new TextDecoder().decode(bytes))?.[1];
    return average === undefined || Number(average) <= limit;
  };
}

/** In hundredths. */
function shareOf(text: string): number | undefined {
  const [, number = '', sign = ''] = /^([0-9]+(?:\.[0-9]{1,2})?)([%‰‱])$/.exec(text) ?? [];
  const share = Number(number) / ({ '%': 1, '‰': 10, '‱': 100 }[sign] ?? 1);
  return number === '' || share > 100 ? undefined : share;
}

/** Where the cgroup of a slice is. */
function directoryOf(slice: string): string {
  const path = slicePath(slice.endsWith('.slice') ? slice : `${slice}.slice`) ?? slice;
  return path === '' ? '/sys/fs/cgroup' : `/sys/fs/cgroup/${path}`;
}

function splitOnce(text: string): readonly [string, string] {
  const space = text.search(/\s/);
  return space < 0 ? [text, ''] : [text.slice(0, space), text.slice(space).trim()];
}

function unquote(text: string): string {
  return /^(["'])(.*)\1$/.exec(text)?.[2] ?? text;
}

function wordsOf(text: string): readonly string[] | undefined {
  const split = splitWords(text, unquoted);
  return split.ok ? split.value.map((word) => word.text) : undefined;
}
