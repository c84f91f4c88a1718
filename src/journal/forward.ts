import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { ForwardRule, ForwardTarget, Policy } from './policy.ts';
import { exportBytes, jsonObject } from './output/fields.ts';
import { entryFields, type Field, type Row, valueText } from './record.ts';

/** Passes entries on to terminals, the kernel's log and a syslog daemon, as the rules say. */
export function createForward(rules: Partial<Readonly<Record<ForwardTarget, ForwardRule>>>): Policy['forward'] {
  const all = forwardTargets.flatMap((target) => (rules[target] === undefined ? [] : [{ target, ...rules[target] }]));
  return (row, { targets = [], datagram, handedOver = false }) => {
    for (const { target, always, maximum, pass, ours = false, whole = false } of all) {
      const priority = row.priority ?? 6;
      if ((!always && !targets.includes(target)) || priority > maximum) continue;
      if (handedOver && !ours) continue;
      if (whole) {
        pass(row, priority, datagram);
        continue;
      }
      if (row.message === null) continue;
      // A syslog daemon reads the kernel's log by itself.
      if (target !== 'console' && row.origin.fields['_TRANSPORT'] === 'kernel') continue;
      pass(row, priority, datagram);
    }
  };
}

/** The words of a stream's `FORWARD` that are targets. */
export function parseTargets(words: string | undefined): readonly ForwardTarget[] {
  return forwardTargets.filter((target) => target !== 'wall' && target !== 'socket' && words?.split(' ').includes(target) === true);
}

const forwardTargets = ['syslog', 'kmsg', 'console', 'wall', 'socket'] as const satisfies readonly ForwardTarget[];

/** Entries in the Journal Export Format, for systemd-journal-remote(8) and its kin. */
export function exportedRows(send: (bytes: Uint8Array) => void): ForwardRule['pass'] {
  return (row) => {
    const { _BOOT_ID: boot = '', ...fields } = row.origin.fields;
    send(exportBytes([...stampFields(row), ['_BOOT_ID', boot], ...entryFields({ ...row, origin: { ...row.origin, fields } })]));
  };
}

type LineText = (row: Row, priority: number) => string;

/** Entries as lines of text that somebody writes. */
export function textLines(line: LineText, write: (text: string) => void): ForwardRule['pass'] {
  return (row, priority) => write(line(row, priority));
}

/** How entries look on a console: a line with who said it, or the Journal JSON Format in a line. */
export const consoleLines = {
  lines: (row) => `${said(row)}\n`,
  json: (row) => `${JSON.stringify(jsonObject([...stampFields(row), ...entryFields(row).filter(isForConsole)], true))}\n`,
} as const satisfies Readonly<Record<string, LineText>>;

export type ConsoleFormat = keyof typeof consoleLines;

function stampFields({ realtimeUsec, monotonicUsec }: Row): readonly Field[] {
  return [
    ['__REALTIME_TIMESTAMP', String(realtimeUsec)],
    ['__MONOTONIC_TIMESTAMP', String(monotonicUsec)],
  ];
}

/** The words of a process may be longer than all that it says; they are in the journal. */
function isForConsole([name]: Field): boolean {
  return name !== '_CMDLINE';
}

/** A record for the kernel's log; the facility tells that it is not the kernel that speaks. */
export function kernelLine(row: Row, priority: number): string {
  return `<${(facility(row, daemonFacility) << 3) | priority}>${said(row).slice(0, longestKernelLine)}\n`;
}

/** The facility of an entry, or where it has none or says that it is the kernel's, a usual one. */
export function facility({ origin }: Row, usual: number): number {
  const number = Number(origin.fields['SYSLOG_FACILITY'] ?? usual);
  return Number.isInteger(number) && number > 0 && number <= 127 ? number : usual;
}

/** Who said what, without what a terminal or the kernel would take for a command of its own. */
export function said({ origin: { fields }, message }: Row): string {
  const identifier = fields['SYSLOG_IDENTIFIER'] ?? fields['_COMM'];
  const pid = fields['_PID'] === undefined ? '' : `[${fields['_PID']}]`;
  const text = `${identifier === undefined ? '' : `${identifier}${pid}: `}${valueText(message ?? '')}`;
  return text.replaceAll(controls, ' ');
}

/** Writes to a file that is opened each time, as a terminal may come and go. */
export function writerTo(path: string): (text: string) => void {
  return (text) => {
    let file: number | undefined;
    try {
      file = openSync(path, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK | constants.O_APPEND);
      writeSync(file, text);
    } catch {
      // The console is busy or away; the journal has the entry.
    } finally {
      if (file !== undefined) closeSync(file);
    }
  };
}

const daemonFacility = 3;
/** As much as the kernel takes at once. */
const longestKernelLine = 900;
const controls = /[\x00-\x08\x0a-\x1f\x7f-\x9f]+/g;
