import { siphash24 } from '../base/siphash.ts';
import { visibleText } from '../base/visible-text.ts';
import { secureBitNames } from '../unit/capability-sets.ts';
import { capabilityNames } from '../unit/values/capability.ts';
import { limitNames, resourceNumber } from '../unit/values/rlimit.ts';
import { errnoMessage } from './errno.ts';
import type { Op, OpName, Plan } from './op.ts';
import { linux32, numaPolicies, schedulingPolicies } from './scheduling.ts';
import { openFlags } from './stdio.ts';
import { describeMeta } from './stream-meta.ts';

/** One line for people, as `open 0 ← /dev/null (read)`. */
export function renderOp(op: Op): string {
  const fields = new Map<string, unknown>([...Object.entries(op), ['owner', ownerOf(op)]]);
  const details = shapes[op.op].replaceAll(/\{(\w+)\}/g, (_, name: string) => renderField(op.op, name, fields.get(name)));
  const name = details === '' ? op.op : `${op.op} ${details}`;
  return op.tolerate === true ? `${name}, if possible` : name;
}

/** The whole plan: a line for each op, and the environment of `exec` below it, a variable in a line. */
export function renderPlan(plan: Plan): readonly string[] {
  return plan.flatMap((op) => ('env' in op ? [renderOp(op), ...op.env.map((entry) => `    ${quote(entry)}`)] : [renderOp(op)]));
}

/** What is said of each op after its name. */
const shapes: Readonly<Record<OpName, string>> = {
  signals: 'reset{ignorePipe}',
  setsid: '',
  wait: 'until {slot} is closed, at most {timeoutMs}',
  rlimit: '{resource} {soft}:{hard}',
  nice: '{value}',
  'oom-score': '{value}',
  ioprio: '{class} {level}',
  'coredump-filter': '{mappings}',
  scheduler: '{policy} {priority}{resetOnFork}',
  affinity: '{cpus}',
  'numa-policy': '{policy} {nodes}',
  alarm: '{seconds} s',
  'timer-slack': '{nsec} ns',
  personality: '{persona}',
  'memory-merge': '{on}',
  'huge-pages': 'disabled {disable}, flags {flags}',
  keyring: 'anew{owner}{linkUser}',
  'bounding-set': '{keep}',
  ambient: '{set}',
  'keep-capabilities': '',
  securebits: '{bits}',
  'terminal-reset': '{path}{hangup}{reset}{disallocate}',
  'terminal-return': '{path}',
  'terminal-owner': '{slot} {uid}',
  terminal: '{slot} ← {path}{when}{rows}{columns}',
  'credentials-open': '{path}',
  'credential-data': '{name} ← {bytes}',
  'credential-file': '{name} ← {paths}{optional}',
  'credentials-close': '{path}{owner}',
  utmp: '{id} {kind}',
  'utmp-dead': '{id}',
  umask: '{mask}',
  open: '{slot} ← {path} ({flags})',
  take: '{slot} ← held {name}',
  output: '{slot} → journal ({meta})',
  journal: '{slot} → {path}',
  pipe: '{readSlot} ← {writeSlot}',
  data: '{slot} ← {bytes}',
  keep: '{slot} → held {name}',
  dup: '{slot} → {number}',
  nonblock: '{slot} {on}',
  unlink: '{path}',
  mkdir: '{path} {mode}',
  'mkdir-unless-there': '{path} {mode}{owner}',
  autofs: '{path} ← {slot} {options} {timeoutSec}',
  'autofs-answer': '{path} {device} {token} {error}',
  'autofs-expire': '{path} {device}',
  unmount: '{path}',
  'no-symlink': '{path}',
  'mkdir-all': '{path} {mode}',
  'mkdir-parents': '{path} {mode}',
  directory: '{path} {mode}{owner}',
  remove: '{path}',
  'remove-below': '{paths} below {bases}',
  lock: '{slot} ← {path}',
  'remove-unlocked': '{base} {names}',
  chown: '{path}{owner}',
  chmod: '{path} {mode}',
  symlink: '{path} → {target}',
  write: '{path} ← {bytes}',
  touch: '{path} {mode} {usec}',
  inotify: '{slot}',
  'watch-clock': '{slot}',
  'wake-timer': '{slot} {clock} {usec}',
  'watch-path': '{path} by {selfSlot}, what leads to it by {aboveSlot}, mask {mask}',
  fifo: '{slot} ← {path} {mode}{owner}',
  socket: '{slot} family {family} type {type} protocol {protocol}',
  setsockopt: '{slot} level {level} option {option} ← {value}',
  bind: '{slot} → {address}',
  'socket-owner': '{path}{owner}',
  listen: '{slot} backlog {backlog}',
  special: '{slot} ← {path} ({flags})',
  mqueue: '{slot} ← {name} {mode} of {messages} messages of {size}',
  'mq-unlink': '{name}',
  'pipe-size': '{slot} {size}',
  xattr: '{path}{slot} {name} ← {value}',
  'cgroup-filter': '{name} ← {program}{cgroup}',
  'cgroup-pinned-filter': '{path}{cgroup}',
  'remove-ipc': 'of{owner}',
  'own-directory': '{path} {mode}',
  'copy-once': '{path} → {to}',
  'move-directory': '{path} → {to}',
  'private-pids': '',
  unshare: '{kinds}',
  namespace: '{kind} held {name}{from}',
  'owned-namespace': '{kind} held {name}',
  'enter-owner': 'of {kind}',
  outside: '{slot} {options}',
  'bpf-file-system': '{slot} {target} {attributes}',
  'user-namespace': 'users {uids} groups {gids}',
  'enter-namespace': '{slot} {kind}',
  'mount-namespace': '{insist}',
  root: '{path}',
  'root-image': '{path}{options}{attributes}',
  'mount-image': '{target} ← {path}{options}{attributes}{how}',
  'extension-image': '{place} ← {path}{options}{attributes}{how}',
  'mount-point': '{target}{how}',
  'bind-mount': '{target} ← {source}{how}',
  mask: '{target}{how}',
  'file-system': '{target} ← {type}{options}{attributes}{how}',
  devices: '{target} {names}',
  overlay: '{target} ← {layers}{how}',
  restrict: '{target}{set}{clear}{how}{except}',
  'enter-root': '{propagation}',
  'clone-tree': '{slot} ← {path}{attributes}',
  'join-view': 'of {pid}',
  'attach-tree': '{target} ← {slot}{how}',
  chroot: '{path}',
  chdir: '{path}',
  groups: '{gids}',
  gid: '{gid}',
  uid: '{uid}',
  loopback: '',
  'no-new-privileges': '',
  'no-new-privileges-unless-admin': '',
  seccomp: '{program}',
  session: '{service} for {user}',
  'env-pid': '{name}',
  'env-stream': 'JOURNAL_STREAM of {slot}',
  exec: '{paths} with {argv}',
  exit: '{status}',
  fail: '{errno}',
};

const infinity = 0xffff_ffff_ffff_ffffn;
const unchanged = 0xffffffff;
const ioClasses = ['none', 'realtime', 'best-effort', 'idle'];
const resourceNames = new Map<number, string>(limitNames.map((name) => [resourceNumber(name), name]));

/** Fields that are not just their value. */
const numberFields: Readonly<Record<string, (value: number) => string>> = {
  ignorePipe: (value) => (value === 0 ? '' : ', ignore SIGPIPE'),
  timeoutMs: (value) => `${value} ms`,
  resource: (value) => resourceNames.get(value) ?? `${value}`,
  class: (value) => ioClasses[value] ?? `${value}`,
  mask: octal,
  mode: octal,
  flags: flagNames,
  errno: (value) => errnoMessage(value),
  linkUser: (value) => (value === 0 ? '' : ", linked to the user's"),
  resetOnFork: (value) => (value === 0 ? '' : ', not for children'),
  bits: (value) => secureBitNames.filter((_, bit) => (value & (1 << bit)) !== 0).join(' ') || 'none',
  'scheduler.policy': (value) => nameOf(schedulingPolicies, value),
  'numa-policy.policy': (value) => nameOf(numaPolicies, value),
  persona: (value) => (value === linux32 ? 'of 32 bits' : 'usual'),
  hangup: (value) => (value === 0 ? '' : ', hang up'),
  reset: (value) => (value === 0 ? '' : ', usual modes'),
  disallocate: (value) => (value === 0 ? '' : ', clear'),
  when: (value) => [', if it is free', ', when it is free', ', by force'][value] ?? '',
  optional: (value) => (value === 0 ? '' : ', if it is there'),
  on: (value) => (value === 0 ? 'off' : 'on'),
  kinds: (value) => namesOf(namespaces, value).join(' '),
  kind: (value) => records[value] ?? namesOf(namespaces, value).join(' '),
  rows: (value) => (value === unchanged ? '' : `, ${value} rows`),
  columns: (value) => (value === unchanged ? '' : `, ${value} columns`),
  insist: (value) => (value === 0 ? 'if it may be made' : ''),
  attributes: (value) => comma(namesOf(mountAttributes, value)),
  set: (value) => comma(namesOf(mountAttributes, value)),
  clear: (value) => comma(namesOf(mountAttributes, value).map((name) => `not ${name}`)),
  how: (value) => comma(namesOf(manners, value)),
  propagation: (value) => propagations[value] ?? `${value}`,
};

/** What stands before texts that may be empty. */
const optionalWords: Readonly<Record<string, string>> = { options: ' ', from: ' from ', owner: ' ', cgroup: ' of ' };

const namespaces: readonly Bit[] = [
  [0x00020000, 'mnt'],
  [0x02000000, 'cgroup'],
  [0x04000000, 'uts'],
  [0x08000000, 'ipc'],
  [0x10000000, 'user'],
  [0x40000000, 'net'],
];
const mountAttributes: readonly Bit[] = [
  [0x1, 'read-only'],
  [0x2, 'nosuid'],
  [0x4, 'nodev'],
  [0x8, 'noexec'],
];
const manners: readonly Bit[] = [
  [1, 'if it is there'],
  [2, 'with what is below'],
  [4, 'unless mounted'],
  [16, 'where something is'],
  [32, 'made for root alone'],
];
/** Of utmp(5); no kind of namespace has such a number. */
const records: Readonly<Record<number, string>> = { 5: 'as a process of init', 6: 'as a login', 7: 'as a user' };
const propagations = ['shared', 'slave', 'private'];

type Bit = readonly [bit: number, name: string];

function namesOf(bits: readonly Bit[], value: number): readonly string[] {
  return bits.filter(([bit]) => (value & bit) !== 0).map(([, name]) => name);
}

function comma(names: readonly string[]): string {
  return names.map((name) => `, ${name}`).join('');
}

function renderField(op: OpName, name: string, value: unknown): string {
  if (typeof value === 'number') return (numberFields[`${op}.${name}`] ?? numberFields[name])?.(value) ?? `${value}`;
  if (typeof value === 'bigint') return bitFields[name]?.(value) ?? numberText(value);
  if (typeof value === 'string' && name in optionalWords) return value === '' ? '' : `${optionalWords[name]}${quote(value)}`;
  if (op === 'user-namespace' && typeof value === 'string') return mapText(value);
  if (typeof value === 'string') return name === 'meta' ? describeMeta(value) : quote(value);
  if (value instanceof Uint8Array)
    return maskFields.has(name) ? bitsOf(value) : `${value.length} bytes${name === 'program' ? digestOf(value) : ''}`;
  if (name === 'except' && Array.isArray(value))
    return value.length === 0 ? '' : `, but for ${value.map((word) => quote(String(word))).join(' ')}`;
  return Array.isArray(value) ? value.map((word) => quote(String(word))).join(name === 'paths' ? ' or ' : ' ') : '';
}

/** Numbers of 64 bits that are sets. */
const bitFields: Readonly<Record<string, (value: bigint) => string>> = {
  mappings: (value) => `0x${value.toString(16)}`,
  keep: capabilitiesOf,
  set: capabilitiesOf,
};
const maskFields: ReadonlySet<string> = new Set(['cpus', 'nodes']);

/** By which one sees that two programs of the same length are not the same. */
function digestOf(program: Uint8Array): string {
  return ` (${siphash24(program, digestKey).toString(16).padStart(16, '0')})`;
}

const digestKey = new Uint8Array(16);

function capabilitiesOf(value: bigint): string {
  const named = capabilityNames.filter((_, number) => ((value >> BigInt(number)) & 1n) === 1n);
  return named.length === 0 ? 'none' : named.join(' ');
}

/** The numbers of the bits that are set. */
function bitsOf(mask: Uint8Array): string {
  return Array.from({ length: mask.length * 8 }, (_, bit) => bit)
    .filter((bit) => ((mask[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0)
    .join(' ');
}

function numberText(value: bigint): string {
  return value === infinity ? 'infinity' : `${value}`;
}

function octal(value: number): string {
  return value.toString(8).padStart(4, '0');
}

/** As chown(1) has it: `UID`, `UID:GID` or `:GID`; '' where both stay what they are. */
function ownerOf(op: Op): string {
  const [uid, gid] = ['uid' in op ? op.uid : unchanged, 'gid' in op ? op.gid : unchanged];
  return `${uid === unchanged ? '' : uid}${gid === unchanged ? '' : `:${gid}`}`;
}

function nameOf(numbers: Readonly<Record<string, number>>, value: number): string {
  return Object.keys(numbers).find((name) => numbers[name] === value) ?? `${value}`;
}

/** The lines of a map of user_namespaces(7): the first id inside, as which one outside, and how many from there. */
function mapText(map: string): string {
  const lines = map.split('\n').filter((line) => line !== '');
  return lines
    .map((line) =>
      line.replace(
        /^(\d+) (\d+) (\d+)$/,
        (_, inside: string, outside: string, count: string) => `${inside}=${outside}${count === '1' ? '' : `×${count}`}`,
      ),
    )
    .join(' ');
}

function flagNames(flags: number): string {
  const access = (flags & openFlags.readWrite) !== 0 ? 'read and write' : (flags & openFlags.write) !== 0 ? 'write' : 'read';
  const more = (['create', 'append', 'truncate'] as const).filter((name) => (flags & openFlags[name]) !== 0);
  return [access, ...more].join(', ');
}

/** A word as one could write it in a unit: quoted where blanks or control characters would mislead. */
function quote(word: string): string {
  return visibleText(/^[^\s"'\\\u0000-\u001f\u007f]+$/.test(word) ? word : JSON.stringify(word));
}
