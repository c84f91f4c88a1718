import type { ExecSettings } from '../unit/settings/exec.ts';
import { givenOps, ownedNamespaceOp, withTokens } from './delegated-namespaces.ts';
import type { Identity } from './identity.ts';
import { needsMountNamespace } from './mount-table.ts';
import type { Op } from './op.ts';
import type { ExecContext, ExecRequest } from './request.ts';
import { hasOwnControlGroups, hasOwnHostname, namespaceKinds as kinds, ownedKinds, privateUsers } from './private-users.ts';
import { hasPrivateIpc, hasPrivateNetwork, heldSpace } from './space.ts';

/** The slot of the namespace of UserNamespacePath=, whose path may lead nowhere in the new root. */
const userNamespaceSlot = 1021;

/** Without privileges none of these can be had but in a user namespace, so a user's manager makes one first (systemd.exec(5), PrivateUsers=). */
export function needsUserNamespaceFirst(request: ExecRequest, exec: ExecSettings, context: ExecContext): boolean {
  if (context.scope === 'system' || context.privileged || request.command.privilege === 'full') return false;
  return (
    privateUsers(exec) !== false ||
    exec.UserNamespacePath !== '' ||
    hasPrivateNetwork(exec) ||
    exec.RootDirectory !== '' ||
    exec.MountAPIVFS === true ||
    exec.ProtectClock ||
    exec.ProtectHostname === 'yes' ||
    needsMountNamespace(request, exec, context)
  );
}

/** The user namespace of an unprivileged manager, and what is shared with the unit's other processes: networks and IPC. */
export function sharedNamespaceOps(request: ExecRequest, exec: ExecSettings, context: ExecContext, identity: Identity): readonly Op[] {
  if (request.command.privilege === 'full') return [];
  const ops: Op[] = needsUserNamespaceFirst(request, exec, context)
    ? exec.UserNamespacePath === ''
      ? [userNamespace(exec, context, identity)]
      : [openedNamespace(exec), enteredNamespace]
    : [];
  if (exec.PrivatePIDs) ops.push({ op: 'private-pids' });
  if (hasOwnControlGroups(exec)) ops.push({ op: 'unshare', kinds: kinds.cgroup });
  const { space } = context;
  if (space === undefined) return ops;
  const owned = needsUserNamespaceFirst(request, exec, context) ? [] : ownedKinds(exec);
  const shared = (kind: 'net' | 'ipc', path: string): Op => {
    if (owned.includes(kind)) return ownedNamespaceOp(kind, heldSpace(space, kind), exec, mapsOf(exec, context, identity));
    const setting =
      kind === 'net' ? (path === '' ? 'PrivateNetwork' : 'NetworkNamespacePath') : path === '' ? 'PrivateIPC' : 'IPCNamespacePath';
    const op = { op: 'namespace', name: heldSpace(space, kind), kind: kinds[kind], from: path, setting } as const;
    return kind === 'net' ? { ...op, exit: 225 } : op;
  };
  if (hasPrivateNetwork(exec)) ops.push(shared('net', exec.NetworkNamespacePath));
  if (hasPrivateIpc(exec)) ops.push(shared('ipc', exec.IPCNamespacePath));
  return ops;
}

/** A name of the machine of its own, so that changing it changes nothing outside. Where there can be none, systemd goes on without. */
export function hostnameOps(request: ExecRequest, exec: ExecSettings): readonly Op[] {
  if (request.command.privilege === 'full' || !hasOwnHostname(exec)) return [];
  return [{ op: 'unshare', kinds: kinds.uts, tolerate: true, setting: 'ProtectHostname' }, ...nameOps(exec)];
}

/** ProtectHostname=private:NAME sets the name in the new namespace. */
function nameOps({ ProtectHostname }: ExecSettings): readonly Op[] {
  const name = /^private:(.+)$/.exec(ProtectHostname)?.[1];
  if (name === undefined) return [];
  const bytes = new TextEncoder().encode(name);
  return [{ op: 'write', path: '/proc/sys/kernel/hostname', bytes, exit: 226, setting: 'ProtectHostname' }];
}

/** UserNamespacePath= is looked up before the root is another one. */
export function userNamespaceOpening(request: ExecRequest, exec: ExecSettings, context: ExecContext): readonly Op[] {
  return exec.UserNamespacePath === '' || needsUserNamespaceFirst(request, exec, context) ? [] : [openedNamespace(exec)];
}

/** The user namespace of a privileged manager comes last, so that all else is made with full rights. */
export function userNamespaceOps(request: ExecRequest, exec: ExecSettings, context: ExecContext, identity: Identity): readonly Op[] {
  if (request.command.privilege === 'full' || needsUserNamespaceFirst(request, exec, context)) return [];
  const [owner] = ownedKinds(exec);
  const entering =
    owner !== undefined
      ? [{ op: 'enter-owner', kind: kinds[owner], setting: 'DelegateNamespaces' } as const]
      : exec.UserNamespacePath !== ''
        ? [enteredNamespace]
        : privateUsers(exec) === false
          ? []
          : [userNamespace(exec, context, identity)];
  return entering.length === 0 ? [] : withTokens(exec, context, [...entering, ...givenOps(request, exec, context)]);
}

function openedNamespace({ UserNamespacePath }: ExecSettings): Op {
  return { op: 'open', slot: userNamespaceSlot, path: UserNamespacePath, flags: 0, mode: 0, exit: 217, setting: 'UserNamespacePath' };
}

const enteredNamespace: Op = { op: 'enter-namespace', slot: userNamespaceSlot, kind: kinds.user, exit: 217, setting: 'UserNamespacePath' };

/** The first 65536 ids, as the mode `identity` leaves them. */
const manyIds = 65_536;

/** The manager's ids and the process's stay what they are; all others are nobody's (systemd.exec(5), PrivateUsers=). */
function mapsOf(exec: ExecSettings, context: ExecContext, { uid, gid }: Identity): { readonly uids: string; readonly gids: string } {
  const map = (own: number, wanted: number | undefined): string => {
    if (context.privileged && exec.PrivateUsers === 'identity') return `0 0 ${manyIds}\n`;
    if (context.privileged && exec.PrivateUsers === 'full') return '0 0 4294967295\n';
    const other = context.privileged && wanted !== undefined && wanted !== own;
    return `${own} ${own} 1\n${other ? `${wanted} ${wanted} 1\n` : ''}`;
  };
  return { uids: map(context.self.uid, uid), gids: map(context.self.gid, gid) };
}

function userNamespace(exec: ExecSettings, context: ExecContext, identity: Identity): Op {
  return { op: 'user-namespace', ...mapsOf(exec, context, identity) };
}
