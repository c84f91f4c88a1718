import type { ExecSettings } from '../unit/settings/exec.ts';
import { rootOf } from './mount-images.ts';
import type { Op, Plan } from './op.ts';
import type { ExecContext, ExecRequest, Space } from './request.ts';

const none: readonly never[] = [];

/** Where systemd has the copies of RootEphemeral=, too; for users it has no other place. */
export const ephemeralTrees = '/var/lib/systemd/ephemeral-trees';

const longestName = 200;

/** In the directory of a copy: the keeper holds it, locked, as long as the run lasts. */
const lockFile = 'lock';
export const lockSlot = 1019;

/** Under which the keeper holds the lock on the copy of a unit's run. */
export function heldRoot({ root = '' }: Space): string {
  return `space/root${root.slice(ephemeralTrees.length)}`;
}

/** Removes those of these directories that no run has locked: left by a machine that crashed. What is not ours has no lock. */
export function ephemeralLeftovers(names: readonly string[]): Plan {
  return names.length === 0 ? none : [{ op: 'remove-unlocked', base: ephemeralTrees, names, lock: lockFile, tolerate: true }];
}

/** Whether the unit's processes run in a throw-away copy of its root directory or image (systemd.exec(5), RootEphemeral=). */
export function hasEphemeralRoot({ RootEphemeral, RootImage, RootDirectory }: ExecSettings): boolean {
  return RootEphemeral && (RootImage !== '' || (RootDirectory !== '' && RootDirectory !== '/'));
}

/** The directory that the copy of a run is kept in, which only root may enter. */
export function ephemeralRootPath(unit: string, id: string): string {
  return `${ephemeralTrees}/${unit.slice(0, longestName)}-${id}`;
}

/** The copy in that directory. */
export function ephemeralCopy(directory: string): string {
  return `${directory}/root`;
}

/** Makes the copy, if no other process of the run has. */
export function ephemeralRootOps(request: ExecRequest, exec: ExecSettings, { space }: ExecContext): readonly Op[] {
  const root = rootOf(request, exec);
  if (space?.root === undefined || root === undefined) return none;
  const why = { setting: 'RootEphemeral', exit: 226 } as const;
  return [
    { op: 'mkdir-all', path: ephemeralTrees, mode: 0o755, ...why },
    { op: 'own-directory', path: space.root, mode: 0o700, ...why },
    { op: 'lock', slot: lockSlot, path: `${space.root}/${lockFile}`, ...why },
    { op: 'keep', slot: lockSlot, name: heldRoot(space), ...why },
    { op: 'copy-once', path: root === '' ? exec.RootImage : root, to: space.root, ...why },
  ];
}

/** Removes it when the run is over. */
export function ephemeralRootRemoval({ root }: Space): Plan {
  return root === undefined ? none : [{ op: 'remove', path: root, tolerate: true }];
}
