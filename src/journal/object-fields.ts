import { valueText, type Field } from './record.ts';

/** The process that an entry is about (systemd.journal-fields(7), OBJECT_PID=); of several the last counts. */
export function objectPid(fields: readonly Field[]): number | undefined {
  const [, value = ''] = fields.findLast(([name]) => name === 'OBJECT_PID') ?? [];
  const text = valueText(value);
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
}

/** The `OBJECT_…` fields that the trusted fields of that process mean. */
export function objectFields(process: Readonly<Record<string, string>>): readonly Field[] {
  return told.flatMap((name): readonly Field[] => (process[name] === undefined ? [] : [[`OBJECT${name}`, process[name]]]));
}

const told = [
  '_UID',
  '_GID',
  '_COMM',
  '_EXE',
  '_CMDLINE',
  '_CAP_EFFECTIVE',
  '_AUDIT_SESSION',
  '_AUDIT_LOGINUID',
  '_SYSTEMD_CGROUP',
  '_SYSTEMD_UNIT',
  '_SYSTEMD_USER_UNIT',
  '_SYSTEMD_SLICE',
  '_SYSTEMD_USER_SLICE',
  '_SYSTEMD_INVOCATION_ID',
];
