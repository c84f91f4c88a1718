import type { Op, Plan } from './op.ts';
import type { ExecContext, Space } from './request.ts';

/** Where the private /tmp and /var/tmp of a run are kept: in directories that only the manager's user may enter (systemd.exec(5), PrivateTmp=). */
export function privateTmpPaths(bootId: string, unit: string, id: string): NonNullable<Space['tmp']> {
  const name = `systemd-private-${bootId}-${unit}-${id}`;
  return { tmp: `/tmp/${name}`, varTmp: `/var/tmp/${name}` };
}

const none: readonly never[] = [];

/** Makes them, if no other process of the run has. */
export function privateTmpOps({ space }: ExecContext): readonly Op[] {
  if (space?.tmp === undefined) return none;
  return [space.tmp.tmp, space.tmp.varTmp].flatMap((path): readonly Op[] => [
    { op: 'own-directory', path, mode: 0o700 },
    { op: 'own-directory', path: `${path}/tmp`, mode: 0o1777 },
  ]);
}

/** Removes them when the run is over. */
export function privateTmpRemoval({ tmp }: Space): Plan {
  if (tmp === undefined) return [];
  return [tmp.tmp, tmp.varTmp].map((path) => ({ op: 'remove', path, tolerate: true }));
}
