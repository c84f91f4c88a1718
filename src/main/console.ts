import { styleText } from 'node:util';
import type { StatusLine } from '../manager/options.ts';

const levels = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];

/** What the manager tells on the terminal that tysd was started from. */
export interface ConsolePrinter {
  readonly status: (line: StatusLine) => void;
  /** Prints what is at least as important as the log level, unless the line is told by `status` anyway. */
  readonly log: (priority: number, message: string) => void;
  readonly setShowStatus: (shown: boolean) => void;
  /** undefined is the level that the printer began with. */
  readonly setLogLevel: (level: 'debug' | undefined) => void;
}

/** Tells jobs as systemd does on a console, if `showStatus`; and messages of warning and above, or below down to `level` if that is asked for. */
export function statusPrinter(showStatus: boolean, level: string): ConsolePrinter {
  const colours = process.stderr.isTTY && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb';
  const paint = (colour: Parameters<typeof styleText>[0], text: string): string => (colours ? styleText(colour, text) : text);
  const marks: Readonly<Record<StatusLine['kind'], string>> = {
    plain: '         ',
    ok: `[  ${paint('greenBright', 'OK')}  ] `,
    failed: `[${paint('redBright', 'FAILED')}] `,
    dependency: `[${paint('yellowBright', 'DEPEND')}] `,
    timeout: `[ ${paint('redBright', 'TIME')} ] `,
    skipped: `[${paint('yellow', 'SKIP')}] `,
  };
  // info is the default level of the log; the terminal is told only what needs a person, unless more is asked for.
  const usual = levels.indexOf(level === 'info' ? 'warning' : level);
  let lowest = usual;
  let isStatusShown = showStatus;
  return {
    status: (line) => {
      if (isStatusShown) process.stderr.write(`${marks[line.kind]}${line.text}\n`);
    },
    log: (priority, message) => {
      if (priority <= lowest) process.stderr.write(`tysd: ${message}\n`);
    },
    setShowStatus: (shown) => {
      isStatusShown = shown;
    },
    setLogLevel: (wanted) => {
      lowest = wanted === undefined ? usual : levels.indexOf(wanted);
    },
  };
}
