import { unreachable } from '../../base/assert.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { attributeOp } from '../../exec/attribute.ts';
import type { Op, Plan } from '../../exec/op.ts';
import type { UnitConfig } from '../../unit/config.ts';
import type { SocketSettings } from '../../unit/settings/socket.ts';
import type { ListenAddress } from '../../unit/values/types.ts';
import type { StepContext } from '../type.ts';
import { formatSocketAddress, parseNetlink } from '../../unit/values/socket-address.ts';
import { families, netlinkAddress, socketAddress } from './address.ts';
import { optionsBeforeBind, optionsWhenOpen } from './options.ts';
import type { SocketMemory } from './state.ts';

/** How the sockets of a unit are opened: the plan of the child that does it, and the names under which the keeper then holds them. */
export interface OpenPlan {
  readonly plan: Plan;
  readonly held: readonly string[];
  /** For each address of Listen*=, the number of the op after its last. */
  readonly ends: readonly number[];
}

/**
 * Plans the opening of all that a socket unit listens on (systemd.socket(5)); an error is a sentence for people.
 *
 * Nothing is given to the keeper before everything is open, so a unit has all of its sockets or none.
 */
export function openPlan(config: UnitConfig, settings: SocketSettings, context: StepContext): Result<OpenPlan, string> {
  const owner = ownerOf(settings, context);
  if (!owner.ok) return owner;
  const plan: Op[] = [];
  const ends: number[] = [];
  for (const [slot, listen] of settings.Listen.entries()) {
    const opened = openOne(slot, listen, settings, context, owner.value);
    if (!opened.ok) return err(`${listen.text}: ${opened.error}`);
    plan.push(...opened.value);
    ends.push(plan.length);
  }
  const held = settings.Listen.map((_, index) => `socket/${config.name}/${index}`);
  return ok({ plan: [...plan, ...symlinks(settings), ...held.map((name, slot): Op => ({ op: 'keep', slot, name }))], held, ends });
}

/** The paths that RemoveOnStop= removes. */
export function nodesOf(settings: SocketSettings, memory: SocketMemory): readonly string[] {
  const nodes = openOnes(settings, memory).map(nodeOf);
  return [...nodes.filter((path) => path !== undefined), ...settings.Symlinks];
}

/** What a child does to remove the message queues that RemoveOnStop= is about; they are in no file system that the manager sees. */
export function removalPlan(settings: SocketSettings, memory: SocketMemory): Plan {
  if (!settings.RemoveOnStop) return [];
  const open = openOnes(settings, memory);
  return open.flatMap((listen) => (listen.kind === 'message-queue' ? [{ op: 'mq-unlink', name: listen.path } as const] : []));
}

/** The lines of Listen*= for which there is a descriptor: what a reload has added is somebody else's. */
function openOnes({ Listen }: SocketSettings, { listens }: SocketMemory): readonly ListenAddress[] {
  return listens === undefined ? Listen : Listen.filter((listen) => listens.includes(listenKey(listen)));
}

/** The same for lines of Listen*= that mean the same. */
export function listenKey(listen: ListenAddress): string {
  if ('address' in listen) return `${listen.kind} ${formatSocketAddress(listen.address)}`;
  const netlink = listen.kind === 'netlink' ? parseNetlink(listen.path) : undefined;
  return `${listen.kind} ${netlink?.ok === true ? `${netlink.value.protocol} ${netlink.value.groups}` : listen.path}`;
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** chown(2) leaves what is -1 as it is. */
const unchanged = 0xffffffff;
const nobody: Owner = { uid: unchanged, gid: unchanged };

function ownerOf({ SocketUser, SocketGroup }: SocketSettings, context: StepContext): Result<Owner | null, string> {
  if (SocketUser === '' && SocketGroup === '') return ok(null);
  const uid = SocketUser === '' ? unchanged : context.resolveUser(SocketUser);
  if (uid === undefined) return err(`there is no user ${SocketUser} (SocketUser=)`);
  const gid = SocketGroup === '' ? (context.primaryGroup?.(SocketUser) ?? unchanged) : context.resolveGroup(SocketGroup);
  if (gid === undefined) return err(`there is no group ${SocketGroup} (SocketGroup=)`);
  return ok({ uid, gid });
}

type Opened = Result<readonly Op[], string>;

function openOne(slot: number, listen: ListenAddress, settings: SocketSettings, context: StepContext, owner: Owner | null): Opened {
  switch (listen.kind) {
    case 'stream':
    case 'datagram':
    case 'sequential-packet':
      return openSocket(slot, listen, settings, context, owner);
    case 'fifo':
      return ok(openFifo(slot, listen.path, settings, owner));
    case 'special':
      return ok([{ op: 'special', slot, path: listen.path, flags: (settings.Writable ? O_RDWR : O_RDONLY) | O_NOCTTY | O_NONBLOCK }]);
    case 'netlink':
      return openNetlink(slot, listen.path, settings);
    case 'message-queue':
      return ok([openQueue(slot, listen.path, settings)]);
    case 'usb-function':
      return err(`unsupported: ${withoutGadgets}`);
    default:
      return unreachable(listen);
  }
}

/** Why ListenUSBFunction= is refused. */
export const withoutGadgets =
  'ListenUSBFunction= needs FunctionFS and a USB device controller, which machines that tysd is made for do not have';

const O_RDONLY = 0;
const O_RDWR = 2;
const O_NOCTTY = 0o400;
const O_NONBLOCK = 0o4000;

/** Socket types, as Linux numbers them; SOCK_NONBLOCK is the same as O_NONBLOCK. */
const socketTypes = { stream: 1, datagram: 2, 'sequential-packet': 5 } as const;
const protocols = { sctp: 132, udplite: 136, mptcp: 262 } as const;

type SocketListen = Extract<ListenAddress, { readonly kind: 'stream' | 'datagram' | 'sequential-packet' }>;

function openSocket(slot: number, listen: SocketListen, settings: SocketSettings, context: StepContext, owner: Owner | null): Opened {
  const address = socketAddress(listen.address, context);
  if (!address.ok) return address;
  const { family, bytes } = address.value;
  const internet = family === families.inet || family === families.inet6;
  const protocol = internet && settings.SocketProtocol !== undefined ? protocols[settings.SocketProtocol] : 0;
  const tcp = internet && listen.kind === 'stream' && settings.SocketProtocol !== 'sctp';
  const kind = { slot, family, tcp };
  const path = nodeOf(listen);
  const bind: Op = { op: 'bind', slot, address: bytes };
  return ok([
    { op: 'socket', slot, family, type: socketTypes[listen.kind] | O_NONBLOCK, protocol },
    ...optionsBeforeBind(kind, settings),
    ...(path === undefined ? [bind] : bindToPath(slot, path, bind, settings, owner)),
    ...(listen.kind === 'datagram' ? [] : [{ op: 'listen', slot, backlog: Math.min(settings.Backlog, largestBacklog) } as const]),
    ...optionsWhenOpen(kind, settings),
    ...smackLabel(slot, '', 'security.SMACK64IPIN', settings.SmackLabelIPIn),
    ...smackLabel(slot, '', 'security.SMACK64IPOUT', settings.SmackLabelIPOut),
    ...attributes(slot, '', settings.XAttrListen),
  ]);
}

const largestBacklog = 2147483647;

const SOCK_RAW = 3;

function openNetlink(slot: number, text: string, settings: SocketSettings): Opened {
  const parsed = parseNetlink(text);
  if (!parsed.ok) return err(parsed.error.message);
  const { protocol, groups } = parsed.value;
  const kind = { slot, family: families.netlink, tcp: false };
  return ok([
    { op: 'socket', slot, family: families.netlink, type: SOCK_RAW | O_NONBLOCK, protocol },
    ...optionsBeforeBind(kind, settings),
    { op: 'bind', slot, address: netlinkAddress(groups) },
    ...optionsWhenOpen(kind, settings),
  ]);
}

/** Without both limits a queue has those of the system (mq_overview(7)). */
function openQueue(slot: number, name: string, settings: SocketSettings): Op {
  const messages = Math.max(0, settings.MessageQueueMaxMessages ?? 0);
  return { op: 'mqueue', slot, name, mode: settings.SocketMode, messages, size: settings.MessageQueueMessageSize ?? 0 };
}

/** A node that an earlier socket left is in the way; its mode is that of the new one from the first moment on. */
function bindToPath(slot: number, path: string, bind: Op, settings: SocketSettings, owner: Owner | null): readonly Op[] {
  return [
    ...above(path, settings),
    { op: 'unlink', path },
    { op: 'umask', mask: 0o777 & ~settings.SocketMode },
    bind,
    ...(owner === null ? [] : [{ op: 'socket-owner', slot, path, ...owner } as const]),
    ...smackLabel(slot, path, 'security.SMACK64', settings.SmackLabel),
    ...attributes(slot, path, settings.XAttrEntryPoint),
  ];
}

function openFifo(slot: number, path: string, settings: SocketSettings, owner: Owner | null): readonly Op[] {
  return [
    ...above(path, settings),
    { op: 'fifo', slot, path, mode: settings.SocketMode, ...(owner ?? nobody) },
    ...(settings.PipeSize === undefined ? [] : [{ op: 'pipe-size', slot, size: settings.PipeSize, tolerate: true } as const]),
    ...smackLabel(slot, '', 'security.SMACK64', settings.SmackLabel),
  ];
}

function smackLabel(slot: number, path: string, name: string, label: string): readonly Op[] {
  return label === '' ? [] : [attributeOp(slot, path, `${name}=${label}`)];
}

/** A kernel that has no such attributes of sockets does not keep them from being opened. */
function attributes(slot: number, path: string, assignments: readonly string[]): readonly Op[] {
  return assignments.map((assignment) => attributeOp(slot, path, assignment));
}

function above(path: string, { DirectoryMode }: SocketSettings): readonly Op[] {
  return [
    { op: 'umask', mask: 0 },
    { op: 'mkdir-parents', path, mode: DirectoryMode },
  ];
}

/** The node in the file system that something listens at, if it has one that is made for it. */
function nodeOf(listen: ListenAddress): string | undefined {
  if (listen.kind === 'fifo') return listen.path;
  if (!('address' in listen) || listen.address.family !== 'unix' || listen.address.abstract) return undefined;
  return listen.address.path;
}

/** A link that cannot be made does not keep the sockets from being there. */
function symlinks(settings: SocketSettings): readonly Op[] {
  const target = settings.Listen.map(nodeOf).find((path) => path !== undefined);
  if (target === undefined) return [];
  return settings.Symlinks.flatMap((path): readonly Op[] => [
    ...above(path, settings),
    ...(settings.RemoveOnStop ? [{ op: 'unlink', path, tolerate: true } as const] : []),
    { op: 'symlink', target, path, tolerate: true },
  ]);
}
