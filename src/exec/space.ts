import { privateTmp } from '../unit/private-tmp.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { ephemeralRootPath, hasEphemeralRoot } from './ephemeral-root.ts';
import { privateTmpPaths } from './private-tmp.ts';
import type { Space } from './request.ts';

/** Under which the keeper holds the namespaces of spaces. */
export const spacePrefix = 'space/';

/** Kinds of namespaces that spaces have. */
export const sharedKinds = ['net', 'ipc'] as const;

/** Under which the keeper holds a namespace of the space. */
export function heldSpace({ id }: Space, kind: (typeof sharedKinds)[number]): string {
  return `${spacePrefix}${id}/${kind}`;
}

/** PrivateNetwork=, or a network that is there already. */
export function hasPrivateNetwork(exec: ExecSettings): boolean {
  return exec.PrivateNetwork || exec.NetworkNamespacePath !== '';
}

/** PrivateIPC=, or one that is there already. */
export function hasPrivateIpc(exec: ExecSettings): boolean {
  return exec.PrivateIPC || exec.IPCNamespacePath !== '';
}

/** Whether processes of the unit share something that is made for each run. */
export function needsSpace(exec: ExecSettings): boolean {
  return privateTmp(exec) === true || hasPrivateNetwork(exec) || hasPrivateIpc(exec) || hasEphemeralRoot(exec);
}

/** What a run of the unit is to share, under an id that nobody can guess. */
export function newSpace(exec: ExecSettings, unit: string, { bootId, id }: { readonly bootId: string; readonly id: string }): Space {
  return partOf(exec, unit, { id, owner: unit }, bootId);
}

/** The same for another unit that takes part in it: the copy of a root is each unit's own, and so are the directories where the others have none. */
export function partOf(exec: ExecSettings, unit: string, { id, owner, tmp }: Space, bootId: string): Space {
  const directories = tmp ?? (privateTmp(exec) === true ? privateTmpPaths(bootId, unit, id) : undefined);
  return {
    id,
    owner,
    ...(directories === undefined ? {} : { tmp: directories }),
    ...(hasEphemeralRoot(exec) ? { root: ephemeralRootPath(unit, id) } : {}),
  };
}
