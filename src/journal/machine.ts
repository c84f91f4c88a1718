import { closeSync, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Clock } from '../port/clock.ts';
import type { ProcessFacts } from '../port/journal-wire.ts';
import { realClock } from '../port/clock-real.ts';
import type { Host } from './origins.ts';
import { processFields } from './process-fields.ts';

/** The machine's clock, without the keeper's help. */
export function machineClock(): Clock {
  return realClock({ monotonicUsec: readMonotonic(), realtimeUsec: Date.now() * 1000 });
}

/** What identifies this machine and boot: machine-id(5), and the kernel's boot id. */
export function readHost(): Host {
  return {
    bootId: readText('/proc/sys/kernel/random/boot_id').replaceAll('-', '').trim(),
    machineId: readText('/etc/machine-id').trim(),
    hostname: hostname(),
  };
}

/** The trusted fields of a process that ran at this time already; none where it is gone, for its pid may be that of a later one. */
export function readProcessFields(pid: number, realtimeUsec: number): Readonly<Record<string, string>> {
  const facts = readProcess(pid);
  if (facts === undefined) return {};
  const uptimeUsec = parseFloat(readStart('/proc/uptime')) * 1_000_000;
  const startedUsec = Date.now() * 1000 - uptimeUsec + facts.start * tickUsec;
  return startedUsec <= realtimeUsec + tickUsec ? processFields(pid, facts) : {};
}

/** What /proc tells of a process now; undefined where it is gone. */
export function readProcess(pid: number): ProcessFacts | undefined {
  const directory = `/proc/${pid}`;
  const stat = readText(`${directory}/stat`);
  const nameEnd = stat.lastIndexOf(')');
  const start = Number(stat.slice(nameEnd + 2).split(' ')[startField]);
  if (!(start > 0)) return undefined;
  return {
    start,
    name: stat.slice(stat.indexOf('(') + 1, nameEnd),
    exe: readLink(`${directory}/exe`),
    cmdline: readText(`${directory}/cmdline`),
    status: readText(`${directory}/status`),
    cgroup: readText(`${directory}/cgroup`),
    loginuid: readText(`${directory}/loginuid`),
    sessionid: readText(`${directory}/sessionid`),
  };
}

/** The command line of a process as /proc has it, if it is still that which started then; else ''. */
export function readCommandLine(pid: number, start: number): string {
  const text = readText(`/proc/${pid}/cmdline`);
  const stat = readText(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[startField]) === start ? text : '';
}

/** `starttime` of proc(5), counted from the field behind the name. */
const startField = 19;
/** The unit of `starttime`: USER_HZ, which is 100 on all architectures. */
const tickUsec = 10_000;

/** CLOCK_MONOTONIC as /proc tells it: exactly to root, else to the hundredth of a second and with the time that the machine slept. */
function readMonotonic(): number {
  const exact = /^now at (\d+) nsecs/m.exec(readStart('/proc/timer_list'))?.[1];
  if (exact !== undefined) return Math.floor(Number(exact) / 1000);
  return Math.floor(parseFloat(readStart('/proc/uptime')) * 1_000_000) || 0;
}

function readStart(path: string): string {
  try {
    const file = openSync(path, 'r');
    const start = Buffer.alloc(256);
    const length = readSync(file, start);
    closeSync(file);
    return start.toString('latin1', 0, length);
  } catch {
    return '';
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
