import type { ExecSettings } from '../unit/settings/exec.ts';
import type { ExecContext } from './request.ts';
import { delegatedNamespaces } from './seccomp/namespaces.ts';

/** Kinds of namespaces, as clone(2) has them. */
export const namespaceKinds = {
  mnt: 0x00020000,
  cgroup: 0x02000000,
  uts: 0x04000000,
  ipc: 0x08000000,
  user: 0x10000000,
  net: 0x40000000,
} as const;

/** PrivateUsers=, which DelegateNamespaces= implies. */
export function privateUsers({ PrivateUsers, DelegateNamespaces }: ExecSettings): ExecSettings['PrivateUsers'] {
  return PrivateUsers === false && delegatedNamespaces(DelegateNamespaces) !== 0 ? 'self' : PrivateUsers;
}

/** Whether the user namespace of the service is to own its namespace of this kind, if it has one. */
export function isDelegated({ DelegateNamespaces }: ExecSettings, kind: keyof typeof namespaceKinds): boolean {
  return (delegatedNamespaces(DelegateNamespaces) & namespaceKinds[kind]) !== 0;
}

/** The namespaces that a unit's processes share and that its user namespace is to own; one that a path leads to has an owner. */
export function ownedKinds(exec: ExecSettings): readonly ('net' | 'ipc')[] {
  const kinds: ('net' | 'ipc')[] = [];
  if (exec.PrivateNetwork && exec.NetworkNamespacePath === '' && isDelegated(exec, 'net')) kinds.push('net');
  if (exec.PrivateIPC && exec.IPCNamespacePath === '' && isDelegated(exec, 'ipc')) kinds.push('ipc');
  return kinds;
}

export function hasOwnHostname({ ProtectHostname }: ExecSettings): boolean {
  return ProtectHostname !== '' && ProtectHostname !== 'no';
}

export function hasOwnControlGroups({ ProtectControlGroups }: ExecSettings): boolean {
  return ProtectControlGroups === 'private' || ProtectControlGroups === 'strict';
}

/**
 * Whether the BPF file system is mounted in the user namespace, as the kernel wants it for tokens; else it is one of the view. A manager
 * without privileges makes its view in a user namespace anyway.
 */
export function mountsTokens(exec: ExecSettings, { scope, privileged }: Pick<ExecContext, 'scope' | 'privileged'>): boolean {
  const hasUsers = privateUsers(exec) !== false || exec.UserNamespacePath !== '';
  return exec.PrivateBPF && hasUsers && (scope === 'system' || privileged) && isDelegated(exec, 'mnt');
}
