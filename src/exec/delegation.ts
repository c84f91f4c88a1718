import type { UnitConfig } from '../unit/config.ts';
import type { Identity } from './identity.ts';
import type { Op } from './op.ts';
import type { CommandList, ExecContext, ExecRequest } from './request.ts';

const EXIT_CGROUP = 219;
const none: readonly never[] = [];

/**
 * Hands the unit's cgroup to its user, and puts the process into one below it, since processes in a cgroup keep the service
 * from enabling controllers there (systemd.resource-control(5), Delegate=, DelegateSubgroup=).
 */
export function delegationOps({ config, list }: ExecRequest, { cgroup }: ExecContext, { uid, gid }: Identity): readonly Op[] {
  if (cgroup === undefined || config.cgroup === undefined || config.cgroup.Delegate === false) return none;
  const below = subgroupOf(config, list);
  const own = below === '' ? cgroup : `${cgroup}/${below}`;
  const owner = { uid: uid ?? unchanged, gid: gid ?? unchanged };
  const given = uid === undefined && gid === undefined ? [] : [...new Set([cgroup, own])].flatMap((path) => giveAway(path, owner));
  if (below === '') return given;
  return [
    { op: 'mkdir', path: own, mode: 0o755, exit: EXIT_CGROUP },
    ...given,
    { op: 'write', path: `${own}/cgroup.procs`, bytes: self, exit: EXIT_CGROUP },
  ];
}

/** An id that lchown(2) leaves as it is. */
const unchanged = 0xffffffff;

/** The process that writes it. */
const self = new TextEncoder().encode('0');

/** Commands that may run while the service has its controllers enabled. */
const beside: ReadonlySet<string> = new Set<CommandList>(['ExecStartPost', 'ExecReload', 'ExecReloadPost', 'ExecStop', 'ExecStopPost']);

function subgroupOf({ cgroup }: UnitConfig, list: string): string {
  return beside.has(list) ? '.control' : (cgroup?.DelegateSubgroup ?? '');
}

function giveAway(path: string, owner: { readonly uid: number; readonly gid: number }): readonly Op[] {
  return [
    { op: 'chown', path, ...owner, exit: EXIT_CGROUP },
    ...['cgroup.procs', 'cgroup.subtree_control'].map((file): Op => ({
      op: 'chown',
      path: `${path}/${file}`,
      ...owner,
      exit: EXIT_CGROUP,
    })),
    { op: 'chown', path: `${path}/cgroup.threads`, ...owner, tolerate: true },
  ];
}
