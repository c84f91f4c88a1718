import type { ExecSettings } from '../unit/settings/exec.ts';
import type { Op, Plan } from './op.ts';
import type { Identity } from './identity.ts';
import type { ExecContext } from './request.ts';

const kinds: Readonly<Record<ExecSettings['UtmpMode'], number>> = { init: 5, login: 6, user: 7 };

/** The records of UtmpIdentifier= and UtmpMode= (systemd.exec(5)); that they cannot be made does not keep a service from running. */
export function utmpOps(exec: ExecSettings, context: ExecContext, identity: Identity): readonly Op[] {
  const { UtmpIdentifier: id, UtmpMode: mode, TTYPath } = exec;
  if (id === '') return [];
  const line = TTYPath.startsWith('/dev/') ? TTYPath.slice('/dev/'.length) : TTYPath;
  return [{ op: 'utmp', id, line, user: identity.login ?? (context.account ?? context.self).name, kind: kinds[mode], tolerate: true }];
}

/** How a process ended. */
export interface UtmpEnd {
  /** The processes that it may have been. */
  readonly pids: readonly number[];
  readonly how: 'exited' | 'killed' | 'dumped';
  readonly status: number;
}

/** What a child does about the record when the process has ended. */
export function utmpEndPlan({ UtmpIdentifier: id }: ExecSettings, { pids, how, status }: UtmpEnd): Plan {
  if (id === '' || pids.length === 0) return [];
  // As waitid(2) counts: CLD_EXITED, CLD_KILLED, CLD_DUMPED.
  const termination = { exited: 1, killed: 2, dumped: 3 }[how];
  return [{ op: 'utmp-dead', id, pids: pids.map(String), termination, status, tolerate: true }];
}
