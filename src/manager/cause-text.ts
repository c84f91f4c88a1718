import type { UnitEvent } from '../type/type.ts';
import { exitName } from '../unit/values/exit-status.ts';
import { signalName } from '../unit/values/signal.ts';

/** What brought a change about: a text, or one that is made only if something did change. */
export type Cause = string | (() => string);

/** The text of a cause. */
export function causeText(cause: Cause): string {
  return typeof cause === 'string' ? cause : cause();
}

/** What happened, for people: "no watchdog message came in time". */
export function describeEvent(event: UnitEvent): string {
  switch (event.event) {
    case 'exited':
      return describeEnd('', event);
    case 'elapsed':
      return elapsedTexts[event.timer] ?? `its timer ${event.timer} elapsed`;
    case 'spawn-failed':
      return `no process could be made: ${event.reason}`;
    case 'entered':
      return event.failure === undefined
        ? `process ${event.pid} is in its group`
        : `process ${event.pid} cannot be moved: ${event.failure}`;
    case 'triggered-changed':
      return `${event.unit} is ${event.look.active} (${event.look.sub})`;
    case 'trigger-refused':
      return `what it triggers cannot be started: ${event.reason}`;
    case 'bus-name':
      return event.owner === undefined
        ? 'its name on the bus has no owner'
        : `its name on the bus has an owner (process ${event.pid ?? 0})`;
    case 'notified':
      return describeNotification(event);
    default:
      return texts[event.event];
  }
}

/** How a process ended, and which: "/usr/bin/x exited with status 203/EXEC". */
export function describeEnd(
  path: string,
  { how, status }: Pick<Extract<UnitEvent, { readonly event: 'exited' }>, 'how' | 'status'>,
): string {
  const who = path === '' ? 'a process' : path;
  if (how === 'exited') return `${who} exited with status ${[status, (status > 0 && exitName(status)) || []].flat().join('/')}`;
  return `${who} was killed by ${signalText(status)}${how === 'dumped' ? ', core dumped' : ''}`;
}

function describeNotification({ message, pid }: Extract<UnitEvent, { readonly event: 'notified' }>): string {
  const said = message.ready ? 'READY=1' : message.reloading ? 'RELOADING=1' : message.stopping ? 'STOPPING=1' : 'something';
  return `process ${pid} said ${said}`;
}

function signalText(number: number): string {
  const name = signalName(number);
  return name === undefined ? `signal ${number}` : `SIG${name}`;
}

const elapsedTexts: Readonly<Record<string, string>> = {
  timeout: 'this step took longer than its time limit',
  watchdog: 'no watchdog message came in time',
  runtime: 'it ran as long as RuntimeMaxSec= allows',
  restart: 'the pause before the restart is over',
  expire: 'nobody used it for as long as TimeoutIdleSec= says',
  monotonic: 'its time has come',
  realtime: 'its time has come',
  quiet: 'no job is queued any more',
};

type Worded = 'exited' | 'elapsed' | 'spawn-failed' | 'entered' | 'triggered-changed' | 'trigger-refused' | 'bus-name' | 'notified';

const texts: Readonly<Record<Exclude<UnitEvent['event'], Worded>, string>> = {
  spawned: 'its process is there',
  executed: 'its program runs',
  'group-empty': 'its last process has ended',
  'oom-kill': 'the kernel killed a process for want of memory',
  'pid-file': 'its PID file was read',
  guessed: 'its main process was looked for',
  readable: 'something came to it',
  data: 'something came to it',
  listened: 'its sockets were opened',
  hangup: 'the other end hung up',
  connection: 'a connection came or went',
  seen: 'the kernel tells of it',
  jobless: 'it has no job',
  'clock-changed': 'the clock was set',
  'zone-changed': 'the time zone changed',
  'reset-failed': 'its failure was forgotten on request (reset-failed)',
};
