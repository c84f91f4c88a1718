import { dynamicName } from '../exec/dynamic-user.ts';
import type { Plan } from '../exec/op.ts';
import { isInactiveOrFailed } from '../graph/active-state.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { findAccount, resolveGroup } from './accounts.ts';
import { dynamicGid, dynamicUid } from './dynamic-users.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/**
 * Removes the objects of interprocess communication of the unit's user and group, if no other unit of theirs runs any more; not those of
 * root (systemd.exec(5), RemoveIPC=). Empty where there is nothing to do.
 */
export function ipcRemoval(world: World, unit: Unit): Plan {
  const { exec } = unit.config;
  if (exec === undefined || world.options.self.uid !== 0 || !(exec.RemoveIPC || exec.DynamicUser)) return [];
  const { uid, gid } = ownersOf(world, unit, exec);
  const others = [...world.units.values()].filter((other) => other !== unit && isAlive(other));
  const isTaken = (owner: 'uid' | 'gid', id: number): boolean =>
    others.some((other) => other.config.exec !== undefined && ownersOf(world, other, other.config.exec)[owner] === id);
  const left = { uid: ownerToRemove(uid, (id) => isTaken('uid', id)), gid: ownerToRemove(gid, (id) => isTaken('gid', id)) };
  return left.uid === nobody && left.gid === nobody ? [] : [{ op: 'remove-ipc', ...left, tolerate: true, setting: 'RemoveIPC' }];
}

const nobody = 0xffffffff;

function ownerToRemove(id: number | undefined, isTaken: (id: number) => boolean): number {
  return id === undefined || id === 0 || isTaken(id) ? nobody : id;
}

function isAlive({ look }: Unit): boolean {
  return !isInactiveOrFailed(look.active) || look.willRestart === true;
}

interface Owners {
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

function ownersOf({ options }: World, { config }: Unit, exec: ExecSettings): Owners {
  if (exec.User === '' && exec.Group === '' && !exec.DynamicUser) return {};
  const account =
    exec.User === '' && !exec.DynamicUser ? undefined : findAccount(options, exec.User === '' ? dynamicName(config) : exec.User);
  const dynamic = exec.DynamicUser && account === undefined ? dynamicUid(options, config) : undefined;
  const gid =
    exec.Group === ''
      ? (account?.gid ?? dynamic)
      : (resolveGroup(options, exec.Group) ?? (exec.DynamicUser ? dynamicGid(options, config) : undefined));
  return { uid: account?.uid ?? dynamic, gid };
}
