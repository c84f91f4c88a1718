import { shellWords } from '../base/shell-words.ts';
import type { ProcessFacts } from '../port/journal-wire.ts';

/** The trusted fields of systemd.journal-fields(7) that the files of /proc mean. */
export function processFields(pid: number, facts: ProcessFacts): Readonly<Record<string, string>> {
  const { name, exe, cmdline, status, cgroup, loginuid, sessionid } = facts;
  const audited = /^\d+$/.test(sessionid.trim()) && sessionid.trim() !== unset;
  return withoutEmpty({
    _PID: String(pid),
    _UID: /^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1] ?? '',
    _GID: /^Gid:\s+\d+\s+(\d+)/m.exec(status)?.[1] ?? '',
    _COMM: name,
    _EXE: exe,
    _CMDLINE: commandLine(cmdline),
    _CAP_EFFECTIVE: /^CapEff:\s+0*([\da-f]+)/m.exec(status)?.[1] ?? '',
    ...(audited ? { _AUDIT_SESSION: sessionid.trim(), _AUDIT_LOGINUID: loginuid.trim() } : {}),
    ...cgroupFields(cgroup),
  });
}

const unset = '4294967295';

/** Words as a shell would take them, as journald writes them: what is not plain is quoted. */
function commandLine(cmdline: string): string {
  return cmdline === '' ? '' : shellWords(cmdline.replace(/\0$/, '').split('\0'));
}

/** What the cgroup of a process says of its unit: the content of /proc/PID/cgroup. */
export function cgroupFields(text: string): Readonly<Record<string, string>> {
  const path = /^0::(.*)$/m.exec(text)?.[1] ?? '';
  const named = /^\d+:name=systemd:(.*)$/m.exec(text)?.[1] ?? '';
  const chosen = named !== '' && named !== '/' ? named : path;
  const parts = chosen.split('/');
  const unitAt = parts.findIndex((part) => isLeafUnit(part));
  // As journald does, what is in no unit counts to the root slice.
  if (unitAt < 0) return withoutEmpty({ _SYSTEMD_CGROUP: chosen, _SYSTEMD_SLICE: chosen === '' ? '' : '-.slice' });
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

function withoutEmpty(fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
}

function isLeafUnit(part: string): boolean {
  return /\.(?:service|scope|socket|mount|swap)$/.test(part);
}
