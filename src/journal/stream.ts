import type { OpenStream } from './storage.ts';
import type { Origin } from './record.ts';

/** A service's output that is being read. */
export interface Stream extends OpenStream {
  pending: Uint8Array;
  /** The unit whose entries these are. */
  readonly unit: string;
  /** What is known of the process beside what the machine can tell: unit, invocation, identifier. */
  readonly fields: Readonly<Record<string, string>>;
  /** The priority of lines without a prefix. */
  readonly priority: number;
  readonly levelPrefix: boolean;
  /** Made when the first line comes. */
  origin: Origin | undefined;
}

/** A stream from what the manager wrote in its `output` op: a JSON object of strings. Meta that is no such object counts as empty. */
export function createStream({ pid, meta, pending }: OpenStream): Stream {
  const given = stringFields(meta);
  const unit = given['UNIT'] ?? given['USER_UNIT'] ?? '';
  const fields: Record<string, string> = pid > 0 ? { _PID: String(pid) } : {};
  for (const [name, value] of Object.entries(given)) {
    const field = fieldNames[name] ?? (name.startsWith('_') ? name : undefined);
    if (field !== undefined && value !== '') fields[field] = value;
  }
  const priority = Number(given['PRIORITY'] ?? defaultPriority);
  return {
    pid,
    meta,
    pending,
    unit,
    fields,
    priority: Number.isInteger(priority) && priority >= 0 && priority <= 7 ? priority : defaultPriority,
    levelPrefix: given['LEVEL_PREFIX'] !== '0',
    origin: undefined,
  };
}

/** The members of a JSON object that are strings; none where the text is no object. */
export function stringFields(text: string): Record<string, string> {
  const fields: Record<string, string> = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) return fields;
    for (const [name, value] of Object.entries(parsed)) if (typeof value === 'string') fields[name] = value;
  } catch {
    // Output with damaged meta is still worth keeping.
  }
  return fields;
}

const defaultPriority = 6;

/** Meta's names for fields of systemd.journal-fields(7). */
const fieldNames: Readonly<Record<string, string>> = {
  UNIT: '_SYSTEMD_UNIT',
  USER_UNIT: '_SYSTEMD_USER_UNIT',
  SLICE: '_SYSTEMD_SLICE',
  INVOCATION_ID: '_SYSTEMD_INVOCATION_ID',
  SYSLOG_IDENTIFIER: 'SYSLOG_IDENTIFIER',
  SYSLOG_FACILITY: 'SYSLOG_FACILITY',
};
