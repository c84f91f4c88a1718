import { dynamicName, dynamicUids, isDynamicUid } from '../exec/dynamic-user.ts';
import { isInactiveOrFailed } from '../graph/active-state.ts';
import type { UnitConfig } from '../unit/config.ts';
import { findAccount, resolveGroup } from './accounts.ts';
import type { ManagerOptions } from './options.ts';
import type { World } from './world.ts';

/** What is looked at of the machine. */
type Place = Pick<ManagerOptions, 'files' | 'runtimeDirectory'> & { readonly facts: Pick<ManagerOptions['facts'], 'directories'> };

/**
 * The uid of the unit's dynamic user (systemd.exec(5), DynamicUser=), which is its own for as long as a unit of that name runs: a
 * file in the runtime directory, named after the uid, says whose it is, so that a new manager knows too. Undefined where all are taken.
 */
export function dynamicUid(options: Place, config: UnitConfig): number | undefined {
  return numberOf(options, dynamicName(config), () => earlierUids(options, config));
}

/** The gid of Group= where that is another name than the dynamic user's, of a group that there is not: one of the same numbers, by the same rules. */
export function dynamicGid(options: Place, config: UnitConfig): number | undefined {
  const name = dynamicGroup(config);
  return name === undefined || resolveGroup(options, name) !== undefined ? undefined : numberOf(options, name, () => []);
}

/** The number that belongs to a name as long as units have it: the one that it has already, or the first that is free. */
function numberOf(options: Place, name: string, earlier: () => readonly number[]): number | undefined {
  const { files } = options;
  const directory = lockDirectory(options);
  const locks = new Map(files.list(directory).map((file) => [Number(file), ownerOf(files, `${directory}/${file}`)]));
  const own = [...locks].find(([, owner]) => owner === name);
  if (own !== undefined) return own[0];
  const isFree = (uid: number): boolean =>
    !locks.has(uid) && findAccount(options, `${uid}`) === undefined && resolveGroup(options, `${uid}`) === undefined;
  for (const uid of [...earlier(), ...dynamicUids(name)]) {
    if (!isFree(uid)) continue;
    files.mkdir(directory);
    files.write(`${directory}/${uid}`, `${name}\n`);
    return uid;
  }
  return undefined;
}

/** The numbers that the unit's dynamic user and group have now; to look takes none. */
export function dynamicNumbers(options: Place, config: UnitConfig): { readonly uid?: number; readonly gid?: number } {
  const directory = lockDirectory(options);
  const taken = options.files.list(directory).map((file) => [ownerOf(options.files, `${directory}/${file}`), Number(file)] as const);
  const numbers = new Map(taken);
  const uid = numbers.get(dynamicName(config));
  const gid = numbers.get(dynamicGroup(config) ?? dynamicName(config));
  return { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
}

/** Gives up the unit's dynamic user and group when no unit that has them runs any more. */
export function releaseDynamicUser(world: World, config: UnitConfig): void {
  const { options } = world;
  if (config.exec?.DynamicUser !== true || options.self.uid !== 0) return;
  const names = new Set(dynamicNames(config));
  for (const other of world.units.values()) {
    const isAlive = !isInactiveOrFailed(other.look.active) || other.look.willRestart === true;
    if (isAlive && other.config.exec?.DynamicUser === true) for (const name of dynamicNames(other.config)) names.delete(name);
  }
  const directory = lockDirectory(options);
  for (const file of options.files.list(directory)) {
    if (names.has(ownerOf(options.files, `${directory}/${file}`))) options.files.unlink(`${directory}/${file}`);
  }
  // The last one takes the directory with it.
  if (options.files.list(directory).length === 0) options.files.rmdir(directory);
}

function dynamicNames(config: UnitConfig): readonly string[] {
  return [dynamicName(config), dynamicGroup(config) ?? []].flat();
}

function dynamicGroup(config: UnitConfig): string | undefined {
  const { Group = '' } = config.exec ?? {};
  return Group === '' || /^\d+$/.test(Group) || Group === dynamicName(config) ? undefined : Group;
}

function lockDirectory({ runtimeDirectory }: Pick<Place, 'runtimeDirectory'>): string {
  return `${runtimeDirectory}/dynamic-uid`;
}

function ownerOf(files: ManagerOptions['files'], path: string): string {
  const bytes = files.read(path, 4096);
  return bytes === undefined ? '' : new TextDecoder().decode(bytes).trim();
}

/** The owners of the directories that a unit has from earlier runs. */
function earlierUids({ files, facts }: Place, { exec }: UnitConfig): readonly number[] {
  if (exec === undefined) return [];
  const { state, cache, logs } = facts.directories;
  const kinds = [
    [state, exec.StateDirectory],
    [cache, exec.CacheDirectory],
    [logs, exec.LogsDirectory],
  ] as const;
  return kinds
    .flatMap(([base, directories]) => directories.map(({ path }) => files.stat(`${base}/private/${path}`)))
    .filter(({ kind, uid }) => kind === 'directory' && isDynamicUid(uid))
    .map(({ uid }) => uid);
}
