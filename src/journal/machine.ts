import { closeSync, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Clock } from '../port/clock.ts';
import { realClock } from '../port/clock-real.ts';
import type { Host } from './origins.ts';

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

/** The trusted fields of systemd.journal-fields(7) that /proc tells of a process; none where it is gone. */
export function readProcessFields(pid: number): Readonly<Record<string, string>> {
  const directory = `/proc/${pid}`;
  const status = readText(`${directory}/status`);
  if (status === '') return {};
  return withoutEmpty({
    _PID: String(pid),
    _UID: /^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1] ?? '',
    _GID: /^Gid:\s+\d+\s+(\d+)/m.exec(status)?.[1] ?? '',
    _COMM: readText(`${directory}/comm`).replace(/\n$/, ''),
    _EXE: readLink(`${directory}/exe`),
    _CMDLINE: readText(`${directory}/cmdline`).replace(/\0+$/, '').replaceAll('\0', ' '),
    _CAP_EFFECTIVE: /^CapEff:\s+0*([\da-f]+)/m.exec(status)?.[1] ?? '',
    ...cgroupFields(readText(`${directory}/cgroup`)),
  });
}

/** What the cgroup of a process says of its unit: the content of /proc/PID/cgroup. */
export function cgroupFields(text: string): Readonly<Record<string, string>> {
  const path = /^0::(.*)$/m.exec(text)?.[1] ?? '';
  const named = /^\d+:name=systemd:(.*)$/m.exec(text)?.[1] ?? '';
  const chosen = named !== '' && named !== '/' ? named : path;
  const parts = chosen.split('/');
  const unitAt = parts.findIndex((part) => isLeafUnit(part));
  if (unitAt < 0) return {};
  const unit = parts[unitAt] ?? '';
  const within = unit.startsWith('user@') ? parts.slice(unitAt + 1) : [];
  return withoutEmpty({
    _SYSTEMD_CGROUP: chosen,
    _SYSTEMD_UNIT: unit,
    _SYSTEMD_SLICE: parts.slice(0, unitAt).findLast((part) => part.endsWith('.slice')) ?? '-.slice',
    _SYSTEMD_USER_UNIT: within.find((part) => isLeafUnit(part)) ?? '',
    _SYSTEMD_USER_SLICE: within.findLast((part) => part.endsWith('.slice')) ?? '',
  });
}

/** CLOCK_MONOTONIC as /proc tells it: exactly to root, else to the hundredth of a second and with the time that the machine slept. */
function readMonotonic(): number {
  const exact = /^now at (\d+) nsecs/m.exec(readStart('/proc/timer_list'))?.[1];
  if (exact !== undefined) return Math.floor(Number(exact) / 1000);
  return Math.floor(parseFloat(readStart('/proc/uptime')) * 1_000_000) || 0;
}

function withoutEmpty(fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
}

function isLeafUnit(part: string): boolean {
  return /\.(?:service|scope|socket|mount|swap)$/.test(part);
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
