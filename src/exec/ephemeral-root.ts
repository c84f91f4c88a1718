import type { ExecSettings } from '../unit/settings/exec.ts';
import { rootOf } from './mount-images.ts';
import type { Op, Plan } from './op.ts';
import type { ExecContext, ExecRequest, Space } from './request.ts';

/** Where systemd has the copies of RootEphemeral=, too; for users it has no other place. */
const trees = '/var/lib/systemd/ephemeral-trees';

const longestName = 200;

/** Whether the unit's processes run in a throw-away copy of its root directory or image (systemd.exec(5), RootEphemeral=). */
export function hasEphemeralRoot({ RootEphemeral, RootImage, RootDirectory }: ExecSettings): boolean {
  return RootEphemeral && (RootImage !== '' || (RootDirectory !== '' && RootDirectory !== '/'));
}

/** The directory that the copy of a run is kept in, which only root may enter. */
export function ephemeralRootPath(unit: string, id: string): string {
  return `${trees}/${unit.slice(0, longestName)}-${id}`;
}

/** The copy in that directory. */
export function ephemeralCopy(directory: string): string {
  return `${directory}/root`;
}

const none: readonly never[] = [];

/** Makes the copy, if no other process of the run has. */
export function ephemeralRootOps(request: ExecRequest, exec: ExecSettings, { space }: ExecContext): readonly Op[] {
  const root = rootOf(request, exec);
  if (space?.root === undefined || root === undefined) return none;
  const why = { setting: 'RootEphemeral', exit: 226 } as const;
  return [
    { op: 'mkdir-all', path: trees, mode: 0o755, ...why },
    { op: 'own-directory', path: space.root, mode: 0o700, ...why },
    { op: 'copy-once', path: root === '' ? exec.RootImage : root, to: space.root, ...why },
  ];
}

/** Removes it when the run is over. */
export function ephemeralRootRemoval({ root }: Space): Plan {
  return root === undefined ? none : [{ op: 'remove', path: root, tolerate: true }];
}
