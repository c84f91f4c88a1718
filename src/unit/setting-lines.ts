import { formatTimespan } from '../base/duration.ts';
import { quoteWord } from '../base/quote-word.ts';
import type { Parts, PartName } from './settings/parts.ts';
import { ranges } from './shown/value.ts';
import { formatCalendar } from './values/calendar-format.ts';
import { capabilityNames, type CapabilityList } from './values/capability.ts';
import type { Amount } from './values/cgroup-limit.ts';
import { errnoName } from './values/errno.ts';
import { formatIpAddress, type IpPrefix } from './values/ip-address.ts';
import type { ExtensionImage, MountedImage, PartitionOptions } from './values/image.ts';
import type { InvertibleList } from './values/name-list.ts';
import type { BindMount, PrefixedPath } from './values/path.ts';
import { formatResourceLimit } from './values/rlimit.ts';
import { signalName } from './values/signal.ts';
import type { SocketBindRule } from './values/socket-bind-rule.ts';
import type { SyscallAction, SyscallList } from './values/syscall-list.ts';
import type { Command, Condition, ExitStatusSet, InputSource, ListenAddress, ManagedDirectory, OutputTarget } from './values/types.ts';

/** A line of a unit file: the directive, and what stands behind `=`. */
export type SettingLine = readonly [directive: string, text: string];

/** What a property of a unit's settings is as lines of its file, each directive by its own name; specifiers are expanded in it. */
export function settingLines<Part extends PartName>(part: Part, settings: Parts[Part], property: string): readonly SettingLine[] {
  const value: unknown = Reflect.get(settings, property);
  if (value === undefined) return [];
  const write: unknown = Object.hasOwn(lineTables[part], property) ? Reflect.get(lineTables[part], property) : undefined;
  if (typeof write === 'function') return write(value, property);
  const text = plainText(property, value);
  return text === '' ? [] : [[property, text]];
}

type LineTable<Settings> = {
  readonly [Property in keyof Settings]?: (value: NonNullable<Settings[Property]>, property: string) => readonly SettingLine[];
};

/** A value that needs no table: of one text, or of words. */
function plainText(name: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return numberText(name, value);
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'string' ? word(item) : plainText(name, item))).join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function numberText(name: string, value: number): string {
  if (value === Infinity) return 'infinity';
  if (name.endsWith('NSec')) return `${value}ns`;
  if (name.endsWith('Sec')) return formatTimespan(value);
  if (name.endsWith('Mode') || name === 'UMask') return value.toString(8).padStart(4, '0');
  return name.endsWith('Signal') ? `SIG${signalName(value) ?? value}` : String(value);
}

/** In quotes where it would not be one word else. */
function word(text: string): string {
  return text === '' || text === ';' || /[\s"'\\]/.test(text) ? quoteWord(text) : text;
}

/** A line for each item. */
function each<Item>(text: (item: Item, property: string) => string) {
  return (items: readonly Item[], property: string): readonly SettingLine[] => items.map((item) => [property, text(item, property)]);
}

/** All items in one line. */
function words<Item>(text: (item: Item) => string) {
  return (items: readonly Item[], property: string): readonly SettingLine[] =>
    items.length === 0 ? [] : [[property, items.map(text).join(' ')]];
}

/** One line. */
function one<Value>(text: (value: Value) => string) {
  return (value: Value, property: string): readonly SettingLine[] => [[property, text(value)]];
}

const commands = each(commandText);
const asWritten = each((text: string) => text);
const prefixedPaths = words(({ path, ignoreMissing, relativeToRoot }: PrefixedPath) =>
  word(`${ignoreMissing ? '-' : ''}${relativeToRoot ? '+' : ''}${path}`),
);
const binds = words(bindText);
const directories = words(({ path, symlinks }: ManagedDirectory) => [path, ...symlinks].map(word).join(':'));
const names = each((list: InvertibleList | boolean) =>
  typeof list === 'boolean' ? (list ? 'yes' : 'no') : `${list.invert ? '~' : ''}${list.names.join(' ')}`,
);
const capabilities = each(
  ({ invert, capabilities: numbers }: CapabilityList) => `${invert ? '~' : ''}${numbers.map(capabilityText).join(' ')}`,
);
const calls = each(({ invert, rules }: SyscallList) => {
  const listed = rules.map(({ name, action }) => (action === undefined ? name : `${name}:${actionText(action)}`));
  return `${invert ? '~' : ''}${listed.join(' ')}`;
});
const stream = one(streamText);
const numbers = one(ranges);
const amount = one(amountText);
const prefixes = words((prefix: IpPrefix) => `${formatIpAddress(prefix)}/${prefix.length}`);
const statuses = ({ codes, signals }: ExitStatusSet, property: string): readonly SettingLine[] =>
  words(String)([...codes, ...signals.map((signal) => `SIG${signalName(signal) ?? signal}`)], property);
const ofDevices = each(({ device, value }: { readonly device: string; readonly value: number | string | undefined }, property) =>
  `${device} ${typeof value === 'number' ? numberText(property, value) : (value ?? '')}`.trimEnd(),
);
const bindRules = each(bindRuleText);
const conditions =
  (prefix: 'Condition' | 'Assert') =>
  (list: readonly Condition[]): readonly SettingLine[] =>
    list.map(({ kind, argument, trigger, negate }) => [`${prefix}${kind}`, `${trigger ? '|' : ''}${negate ? '!' : ''}${argument}`]);

/** Properties whose value is no plain text or words, or that have another name than the directive. */
const lineTables: { readonly [Part in PartName]: LineTable<Parts[Part]> } = {
  unit: { Conditions: conditions('Condition'), Asserts: conditions('Assert') },
  install: {},
  exec: {
    WorkingDirectory: one(({ path, missingOk }) => `${missingOk ? '-' : ''}${path}`),
    EnvironmentFile: each(({ path, optional }) => `${optional ? '-' : ''}${path}`),
    Limits: (limits) => Object.entries(limits).map(([name, limit]) => [`Limit${name}`, formatResourceLimit(limit)]),
    CPUAffinity: each((list) => (list === 'numa' ? list : ranges(list))),
    NUMAMask: each((mask) => (mask === 'all' ? mask : ranges(mask))),
    RuntimeDirectory: directories,
    StateDirectory: directories,
    CacheDirectory: directories,
    LogsDirectory: directories,
    ConfigurationDirectory: directories,
    SetCredential: asWritten,
    SetCredentialEncrypted: asWritten,
    LoadCredential: asWritten,
    LoadCredentialEncrypted: asWritten,
    ImportCredential: asWritten,
    StandardInput: stream,
    StandardOutput: stream,
    StandardError: stream,
    StandardInputData: one((data) => Buffer.from(data).toString('base64')),
    OwnStreams: (streams) => [['X-Tysd-Streams', streams]],
    LogFilterPatterns: asWritten,
    CapabilityBoundingSet: capabilities,
    AmbientCapabilities: capabilities,
    SystemCallFilter: calls,
    SystemCallLog: calls,
    SystemCallErrorNumber: one(actionText),
    RestrictNamespaces: names,
    RestrictAddressFamilies: names,
    RestrictFileSystems: names,
    DelegateNamespaces: names,
    RootImageOptions: words(partitionText),
    MountImages: words(({ destination, ...image }: MountedImage) =>
      [imageText(image), field(destination), ...image.options.map(partitionText)].join(':'),
    ),
    ExtensionImages: words((image: ExtensionImage) => [imageText(image), ...image.options.map(partitionText)].join(':')),
    ReadWritePaths: prefixedPaths,
    ReadOnlyPaths: prefixedPaths,
    InaccessiblePaths: prefixedPaths,
    ExecPaths: prefixedPaths,
    NoExecPaths: prefixedPaths,
    ExtensionDirectories: prefixedPaths,
    BindPaths: binds,
    BindReadOnlyPaths: binds,
    TemporaryFileSystem: words(({ path, options }) => word(options === '' ? path : `${path}:${options}`)),
  },
  kill: {},
  cgroup: {
    AllowedCPUs: numbers,
    StartupAllowedCPUs: numbers,
    AllowedMemoryNodes: numbers,
    StartupAllowedMemoryNodes: numbers,
    CPUQuota: one((percent) => `${percent}%`),
    MemoryMin: amount,
    MemoryLow: amount,
    StartupMemoryLow: amount,
    DefaultMemoryMin: amount,
    DefaultMemoryLow: amount,
    DefaultStartupMemoryLow: amount,
    MemoryHigh: amount,
    StartupMemoryHigh: amount,
    MemoryMax: amount,
    StartupMemoryMax: amount,
    MemorySwapMax: amount,
    StartupMemorySwapMax: amount,
    MemoryZSwapMax: amount,
    StartupMemoryZSwapMax: amount,
    MemoryLimit: amount,
    TasksMax: amount,
    DeviceAllow: each(({ device, access }) => `${device} ${access}`),
    IODeviceWeight: ofDevices,
    IODeviceLatencyTargetSec: ofDevices,
    IOReadBandwidthMax: ofDevices,
    IOWriteBandwidthMax: ofDevices,
    IOReadIOPSMax: ofDevices,
    IOWriteIOPSMax: ofDevices,
    BlockIODeviceWeight: ofDevices,
    BlockIOReadBandwidth: ofDevices,
    BlockIOWriteBandwidth: ofDevices,
    IPAddressAllow: prefixes,
    IPAddressDeny: prefixes,
    SocketBindAllow: bindRules,
    SocketBindDeny: bindRules,
    RestrictNetworkInterfaces: names,
  },
  service: {
    ExecCondition: commands,
    ExecStartPre: commands,
    ExecStart: commands,
    ExecStartPost: commands,
    ExecReload: commands,
    ExecReloadPost: commands,
    ExecStop: commands,
    ExecStopPost: commands,
    RestartPreventExitStatus: statuses,
    RestartForceExitStatus: statuses,
    SuccessExitStatus: statuses,
    OpenFile: each(({ path, name, flags }) => [path, name, ...(flags.length === 0 ? [] : [flags.join(',')])].join(':')),
  },
  socket: {
    ExecStartPre: commands,
    ExecStartPost: commands,
    ExecStopPre: commands,
    ExecStopPost: commands,
    Listen: (list) => list.map(({ kind, text }) => [listenDirectives[kind], text]),
  },
  timer: {
    Elapse: (list) =>
      list.map((elapse) => [elapse.base, elapse.base === 'OnCalendar' ? formatCalendar(elapse.calendar) : formatTimespan(elapse.usec)]),
  },
  path: { Watch: (list) => list.map(({ kind, path }) => [kind, path]) },
  mount: {},
  automount: {},
  swap: {},
  slice: {},
  scope: {},
};

const listenDirectives: Readonly<Record<ListenAddress['kind'], string>> = {
  stream: 'ListenStream',
  datagram: 'ListenDatagram',
  'sequential-packet': 'ListenSequentialPacket',
  fifo: 'ListenFIFO',
  special: 'ListenSpecial',
  'message-queue': 'ListenMessageQueue',
  'usb-function': 'ListenUSBFunction',
  netlink: 'ListenNetlink',
};

function commandText({ path, argv, ignoreFailure, expand, privilege }: Command): string {
  const hasOwnName = argv[0] !== path;
  const signs = `${ignoreFailure ? '-' : ''}${hasOwnName ? '@' : ''}${expand ? '' : ':'}${privilegeSigns[privilege]}`;
  return [`${signs}${path}`, ...argv.slice(hasOwnName ? 0 : 1).map(word)].join(' ');
}

const privilegeSigns: Readonly<Record<Command['privilege'], string>> = {
  normal: '',
  full: '+',
  'no-credentials': '!',
  'ambient-fallback': '!!',
};

/** A field of a value of several, in quotes where it would not be one else. */
function field(text: string): string {
  return text.includes(':') ? quoteWord(text) : word(text);
}

function imageText({ source, ignoreMissing }: ExtensionImage): string {
  return `${ignoreMissing ? '-' : ''}${field(source)}`;
}

function partitionText({ partition, options }: PartitionOptions): string {
  return `${partition}:${field(options)}`;
}

function bindText({ source, destination, ignoreMissing, recursive }: BindMount): string {
  const where = source === destination && recursive ? source : `${source}:${destination}`;
  return word(`${ignoreMissing ? '-' : ''}${where}${recursive ? '' : ':norbind'}`);
}

function capabilityText(number: number): string {
  return capabilityNames[number]?.toUpperCase() ?? String(number);
}

function actionText(action: SyscallAction): string {
  return typeof action === 'number' ? (errnoName(action) ?? String(action)) : action;
}

function amountText(value: Amount): string {
  if ('permyriad' in value) return `${value.permyriad / 100}%`;
  if (value.absolute === Infinity) return 'infinity';
  let [size, unit] = [value.absolute, 0];
  while (size > 0 && size % 1024 === 0 && unit < units.length - 1) [size, unit] = [size / 1024, unit + 1];
  return `${size}${units[unit]}`;
}

const units = ['', 'K', 'M', 'G', 'T', 'P'] as const;

function bindRuleText({ family, protocol, ports }: SocketBindRule): string {
  const range = ports === undefined ? undefined : ports.first === ports.last ? `${ports.first}` : `${ports.first}-${ports.last}`;
  const parts = [family, protocol, range].filter((part) => part !== undefined);
  return parts.length === 0 ? 'any' : parts.join(':');
}

function streamText(target: OutputTarget | InputSource): string {
  if ('path' in target) return `${target.kind}:${target.path}`;
  return 'name' in target && target.name !== undefined ? `${target.kind}:${target.name}` : target.kind;
}
