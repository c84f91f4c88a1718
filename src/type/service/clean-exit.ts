import type { ExitStatusSet } from '../../unit/values/types.ts';
import type { ProcessExit, ServiceResult } from './state.ts';

/** Whether a process may end by a termination signal without that being a failure: daemons may, commands may not. */
export type CleanMode = 'daemon' | 'command';

/** The signals that end a daemon cleanly (systemd.service(5), SuccessExitStatus=): SIGHUP, SIGINT, SIGPIPE, SIGTERM. */
const daemonSignals: readonly number[] = [1, 2, 13, 15];

/** Judges how a process ended. */
export function resultOfExit(exit: ProcessExit, mode: CleanMode, success: ExitStatusSet): ServiceResult {
  if (isClean(exit, mode, success)) return 'success';
  return failures[exit.how];
}

/** Whether a set of SuccessExitStatus= or its kin names this end. */
export function matchesStatus(set: ExitStatusSet, exit: ProcessExit): boolean {
  return (exit.how === 'exited' ? set.codes : set.signals).includes(exit.status);
}

const failures = { exited: 'exit-code', killed: 'signal', dumped: 'core-dump' } as const;

function isClean(exit: ProcessExit, mode: CleanMode, success: ExitStatusSet): boolean {
  if (exit.how === 'exited' && exit.status === 0) return true;
  if (exit.how === 'killed' && mode === 'daemon' && daemonSignals.includes(exit.status)) return true;
  return matchesStatus(success, exit);
}
