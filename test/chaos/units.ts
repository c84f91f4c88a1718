import { payload } from '../end-to-end/payload.ts';
import { wanting } from '../end-to-end/tysd.ts';

const named = (count: number, name: string, suffix = '.service') =>
  Array.from({ length: count }, (_, index) => `${name}-${index}${suffix}`);
const service = (...lines: readonly string[]) => `[Service]\n${lines.join('\n')}\n`;
const unlimited = '[Unit]\nStartLimitIntervalSec=0\n';
const all = (names: readonly string[], text: (name: string, index: number) => string) =>
  Object.fromEntries(names.map((name, index) => [name, text(name, index)]));

/** Long-running services that nobody touches. */
export const quiet = named(120, 'quiet');
/** The same, that say when they are ready and feed a watchdog. */
export const notify = named(20, 'notify');
/** Long-running services that are killed now and then. */
export const mortal = named(10, 'mortal');
/** Those that store a descriptor and are killed as well: each later process is given it again. */
export const holder = named(4, 'holder');
export const once = named(20, 'once');
/** Sockets whose services go on running, that end after each connection, and one for each connection. */
export const echo = named(10, 'echo', '');
export const lazy = named(4, 'lazy', '');
export const each = named(4, 'each', '');
/** Timers that elapse again and again, and once. */
export const tick = named(5, 'tick', '');
export const alarm = named(10, 'alarm', '');
/** What clients start and stop. */
export const worker = named(4, 'worker');

/** More than 200 services, sockets and timers; the alarms go off within `seconds`. */
export function chaosUnits(seconds: number): Readonly<Record<string, string>> {
  return {
    'chaos.target': wanting(...[...tick, ...alarm].map((name) => `${name}.timer`)),
    'default.target': wanting(
      ...quiet,
      ...notify,
      ...mortal,
      ...holder,
      ...once,
      ...[...echo, ...lazy, ...each].map((name) => `${name}.socket`),
      'writer.service',
      'idle.timer',
    ),
    // With the first timer the manager begins to watch the clock, which takes descriptors.
    'idle.timer': '[Timer]\nOnActiveSec=1d\nUnit=tick-0.service\n',
    ...all(quiet, () => service('ExecStart=/bin/sleep infinity')),
    ...all(notify, () => service('Type=notify', 'WatchdogSec=20s', `ExecStart=${payload} notify READY=1 notify STATUS=well watchdog`)),
    ...all(mortal, () => `${unlimited}${service('Restart=always', 'RestartSec=0', 'ExecStart=/bin/sleep infinity')}`),
    ...all(
      holder,
      () =>
        `${unlimited}${service('Type=notify', 'FileDescriptorStoreMax=3', 'Restart=always', 'RestartSec=0', `ExecStart=${payload} hold notify READY=1 wait`)}`,
    ),
    ...all(once, () => service('Type=oneshot', 'RemainAfterExit=yes', 'ExecStart=/bin/true')),
    ...all(
      [...echo, ...lazy].map((name) => `${name}.socket`),
      (name) => `[Socket]\nListenStream=%t/${name.replace('.socket', '')}\nTriggerLimitIntervalSec=0\n`,
    ),
    ...all(
      [...echo, ...lazy].map((name) => `${name}.service`),
      () => `${unlimited}${service(`ExecStart=${payload} serve`)}`,
    ),
    ...all(
      each.map((name) => `${name}.socket`),
      (name) => `[Socket]\nListenStream=%t/${name.replace('.socket', '')}\nAccept=yes\nTriggerLimitIntervalSec=0\n`,
    ),
    ...all(
      each.map((name) => `${name}@.service`),
      () => service('StandardInput=socket', 'ExecStart=/bin/cat'),
    ),
    ...all(
      tick.map((name) => `${name}.timer`),
      () => '[Timer]\nOnActiveSec=100ms\nOnUnitActiveSec=400ms\nAccuracySec=1us\n',
    ),
    ...all(
      tick.map((name) => `${name}.service`),
      (name) =>
        `${unlimited}${service('Type=oneshot', `ExecStart=/bin/sh -c 'read up idle </proc/uptime; echo $$up $$INVOCATION_ID >>%t/${name.replace('.service', '')}.ran'`)}`,
    ),
    ...all(
      alarm.map((name) => `${name}.timer`),
      (_, index) => `[Timer]\nOnActiveSec=${Math.round((seconds * 1000 * (index + 0.5)) / alarm.length)}ms\nAccuracySec=1us\n`,
    ),
    ...all(
      alarm.map((name) => `${name}.service`),
      (name) => service('Type=oneshot', `ExecStart=/bin/sh -c 'echo ran >>%t/${name.replace('.service', '')}.ran'`),
    ),
    ...all(worker, () => `${unlimited}${service('Type=exec', 'ExecStart=/bin/sleep infinity')}`),
    'writer.service': service(`ExecStart=${payload} count @dir@/enough wait`),
  };
}
