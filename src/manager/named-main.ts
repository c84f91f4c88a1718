import type { KeeperEvent } from '../port/keeper.ts';
import type { Notification } from '../type/type.ts';
import { isMember, unsuitable } from './main-process.ts';
import type { ParsedNotification } from './notify-message.ts';
import { log } from './records.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

type Notified = Extract<KeeperEvent, { readonly event: 'notified' }>;

/**
 * MAINPID= and MAINPIDFD=1 may only name a process that lives, is the one that was meant, and is none of the manager's own; whose it is,
 * is for the type to act on (sd_notify(3)).
 */
export function judgeMainPid(
  world: World,
  unit: Unit,
  event: Notified,
  parsed: ParsedNotification,
): { readonly message: Notification; readonly own: { readonly mainPidOwn?: boolean } } {
  // Few speak of their main process.
  if (parsed.mainPid === undefined && !parsed.mainPidFd) return { message: parsed, own: nothing };
  const { mainPid, mainPidFd, mainPidFdId, ...rest } = parsed;
  // The pidfd that came along is nothing to be stored.
  const others = mainPidFd && parsed.fds.length === 1 ? { ...rest, fds: [] } : rest;
  const named = mainPidFd ? namedByPidFd(event) : namedByNumber(event, mainPid, mainPidFdId);
  if (named === undefined) return { message: others, own: {} };
  const problem = typeof named === 'string' ? named : named === event.pid ? undefined : problemOf(world, named);
  if (typeof named === 'string' || problem !== undefined) {
    log(world, 4, `${unit.name}: ${problem}`, unit);
    return { message: others, own: {} };
  }
  const mainPidOwn = named === event.pid ? true : isMember(world, unit, named);
  return { message: { ...others, mainPid: named }, own: mainPidOwn === undefined ? {} : { mainPidOwn } };
}

const nothing: { readonly mainPidOwn?: boolean } = {};

function problemOf(world: World, pid: number): string | undefined {
  const problem = unsuitable(world, pid);
  return problem === undefined ? undefined : `New main process ${pid} is refused: it ${problem}`;
}

/** The process, or what is wrong. */
function namedByPidFd({ fds, pidOfFd }: Notified): number | string {
  if (fds.length !== 1) return `MAINPIDFD=1 came with ${fds.length} descriptors instead of one, and is ignored`;
  return pidOfFd === 0 ? 'MAINPIDFD=1 came with no pidfd of a process that lives here, and is ignored' : pidOfFd;
}

/** MAINPIDFDID= says which of all processes that ever had the number is meant, as far as the kernel can tell. */
function namedByNumber({ mainPidFdId }: Notified, pid: number | undefined, wanted: string | undefined): number | string | undefined {
  if (pid === undefined || wanted === undefined) return pid;
  if (!/^[0-9]{1,20}$/.test(wanted)) return `MAINPIDFDID=${wanted} is no id of a pidfd; the new main process ${pid} is refused`;
  if (mainPidFdId === 0 || Number(wanted) === mainPidFdId) return pid;
  return `New main process ${pid} is refused: MAINPIDFDID=${wanted} is of another that had its number, and not of ${mainPidFdId}`;
}
