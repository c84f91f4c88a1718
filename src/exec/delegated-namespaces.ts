import type { ExecSettings } from '../unit/settings/exec.ts';
import { delegatedRights } from './bpf/delegation.ts';
import { needsMountNamespace } from './mount-table.ts';
import type { Op } from './op.ts';
import { hasOwnControlGroups, hasOwnHostname, isDelegated, mountsTokens, namespaceKinds as kinds, ownedKinds } from './private-users.ts';
import type { ExecContext, ExecRequest } from './request.ts';

/** The socket to the child that keeps the rights that the process gives up; the slot is empty again by exec. */
const outsideSlot = 1020;

/** A namespace is shared before the rights are given up with which all else is made, so only who owns it is settled here. */
export function ownedNamespaceOp(
  kind: 'net' | 'ipc',
  name: string,
  exec: ExecSettings,
  maps: { readonly uids: string; readonly gids: string },
): Op {
  const beside = ownedKinds(exec)[0] === kind ? 0 : kinds.net;
  const op = { op: 'owned-namespace', name, kind: kinds[kind], beside, path: exec.UserNamespacePath, ...maps } as const;
  return { ...op, setting: 'DelegateNamespaces', ...(kind === 'net' ? { exit: 225 } : {}) };
}

/**
 * What was made with full rights is copied in the user namespace, which so owns the copy: the service may change it, but not undo
 * what its sandbox is made of, since the kernel keeps the mounts of a more privileged namespace together (mount_namespaces(7)).
 */
export function givenOps(request: ExecRequest, exec: ExecSettings, context: ExecContext): readonly Op[] {
  const given =
    (needsMountNamespace(request, exec, context) && isDelegated(exec, 'mnt') ? kinds.mnt : 0) |
    (hasOwnHostname(exec) && isDelegated(exec, 'uts') ? kinds.uts : 0) |
    (hasOwnControlGroups(exec) && isDelegated(exec, 'cgroup') ? kinds.cgroup : 0);
  return given === 0 ? [] : [{ op: 'unshare', kinds: given, setting: 'DelegateNamespaces' }];
}

/** With the BPF file system, whose rights somebody must give who has them outside of the user namespace. */
export function withTokens(exec: ExecSettings, context: ExecContext, ops: readonly Op[]): readonly Op[] {
  if (!mountsTokens(exec, context)) return ops;
  return [
    { op: 'outside', slot: outsideSlot, options: delegatedRights(exec).flat(), setting: 'PrivateBPF' },
    ...ops,
    { op: 'bpf-file-system', slot: outsideSlot, target: '/sys/fs/bpf', attributes: noSuidDevExec, setting: 'PrivateBPF' },
  ];
}

/** As fsmount(2) has them. */
const noSuidDevExec = 0x2 | 0x4 | 0x8;
