import { exitStatusName } from '../unit/values/exit-status.ts';
import { errnoMessage, errors } from './errno.ts';
import { targetOf } from './mounts.ts';
import type { Op } from './op.ts';

/** As `status=` of a main process is told: `203/EXEC`, or just the number where it has no name. */
export function exitStatusText(code: number): string {
  const name = exitStatusName(code);
  return name === undefined ? `${code}` : `${code}/${name}`;
}

/** What could not be done where an op fails of which the step says too little: `Failed to set up mount namespacing: /x`; the cause follows it. '' of others. */
export function describeOp(op: Op): string {
  if (op.op === 'namespace') return op.from === '' ? '' : `Failed to open ${op.exit === 225 ? 'network' : 'IPC'} namespace path ${op.from}`;
  const target = targetOf(op);
  return target === '' ? '' : `Failed to set up mount namespacing: ${target}`;
}

/**
 * Why a child never became the program at `path`: `Failed at step EXEC spawning /usr/bin/x: No such file or directory`. Without
 * a program, as where sockets are opened, those who made the plan tell the rest.
 */
export function describeFailure({ status, errno }: { readonly status: number; readonly errno: number }, path: string): string {
  const step = exitStatusName(status) ?? status;
  const hint = errno === errors.ELOOP && onOwnWay.has(status) ? notFollowed : '';
  if (path === '') return `${errnoMessage(errno)}${hint} (step ${step})`;
  return `Failed at step ${step} spawning ${path}: ${errnoMessage(errno)}${hint}`;
}

const notFollowed = '; a symlink that others than root could have put there is not followed';

/** Steps that make, give away or bind what others could lead elsewhere: those of descriptors, their owners, and the managed directories. */
const onOwnWay: ReadonlySet<number> = new Set([202, 233, 235, 238, 239, 240, 241]);
