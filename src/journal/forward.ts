import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { ForwardRule, ForwardTarget, Policy } from './policy.ts';
import { type Row, valueText } from './record.ts';

/** Writes entries to terminals and to the kernel's log, as the rules say. What cannot be written at once is not written there. */
export function createForward(rules: Readonly<Record<ForwardTarget, ForwardRule>>): Policy['forward'] {
  return (row, targets) => {
    for (const target of forwardTargets) {
      const { always, path, maximum } = rules[target];
      const priority = row.priority ?? 6;
      if ((!always && !targets.includes(target)) || priority > maximum || row.message === null) continue;
      if (target === 'kmsg' && row.origin.fields['_TRANSPORT'] === 'kernel') continue;
      write(path, lines[target](row, priority));
    }
  };
}

/** The words of a stream's `FORWARD` that are targets. */
export function parseTargets(words: string | undefined): readonly ForwardTarget[] {
  return forwardTargets.filter((target) => words?.split(' ').includes(target) === true);
}

const forwardTargets = ['console', 'kmsg'] as const satisfies readonly ForwardTarget[];

const lines: Readonly<Record<ForwardTarget, (row: Row, priority: number) => string>> = {
  console: (row) => `${said(row)}\n`,
  // The facility tells the kernel that it is not the kernel that speaks.
  kmsg: (row, priority) => `<${(facility(row) << 3) | priority}>${said(row)}\n`,
};

function facility({ origin }: Row): number {
  const number = Number(origin.fields['SYSLOG_FACILITY'] ?? daemonFacility);
  return Number.isInteger(number) && number > 0 && number <= 127 ? number : daemonFacility;
}

/** Without what a terminal or the kernel would take for a command of its own. */
function said({ origin: { fields }, message }: Row): string {
  const identifier = fields['SYSLOG_IDENTIFIER'] ?? fields['_COMM'];
  const pid = fields['_PID'] === undefined ? '' : `[${fields['_PID']}]`;
  const text = `${identifier === undefined ? '' : `${identifier}${pid}: `}${valueText(message ?? '')}`;
  return text.replaceAll(controls, ' ').slice(0, maximumLength);
}

function write(path: string, text: string): void {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK | constants.O_APPEND);
    writeSync(file, text);
  } catch {
    // The console is busy or away; the journal has the entry.
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

const daemonFacility = 3;
/** As much as the kernel takes at once. */
const maximumLength = 900;
const controls = /[\x00-\x08\x0a-\x1f\x7f-\x9f]+/g;
