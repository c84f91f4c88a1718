import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { formatTimestamp } from '../base/timestamp.ts';
import { isUnicode } from '../cli/output/open-terminal.ts';
import { lineFormOf, RedrawnLine, redrawnWidth } from '../cli/output/redrawn-line.ts';
import { quoteForShell } from '../cli/output/shell-quote.ts';
import { cutInMiddle } from '../cli/output/wrap.ts';
import type { StatusLine } from '../manager/options.ts';
import { isTerminal } from '../port/is-terminal.ts';

const levels = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];

/** What the manager tells on the terminal that tysd was started from. */
export interface ConsolePrinter {
  readonly status: (line: StatusLine) => void;
  /** Prints what is at least as important as the log level, unless the line is told by `status` anyway. */
  readonly log: (priority: number, message: string) => void;
  /** Says what takes long; on a terminal in one line that the next one takes the place of, undefined takes it away. */
  readonly progress: (text: string | undefined) => void;
  /** Whether one line of progress takes the place of the other; else each stays. */
  readonly redraws: boolean;
  /** How wide a line of progress may be. */
  readonly progressWidth: () => number | undefined;
  readonly showsStatus: () => boolean;
  readonly setShowStatus: (shown: boolean) => void;
  /** Whether the lines of `log` begin with the time (systemd-system.conf(5), LogTime=). */
  readonly setLogTime: (shown: boolean) => void;
  /** undefined is the level that the printer began with. */
  readonly setLogLevel: (level: string | undefined) => void;
}

/**
 * Tells jobs as systemd does on a console, if `showStatus`; and messages of warning and above, or below down to `level` if that is asked for. `tool` is what to
 * type to ask this manager.
 */
export function statusPrinter(showStatus: boolean, level: string, tool: string): ConsolePrinter {
  const print = openConsole();
  const colours = isTerminal(2) && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
  const paint = (code: number, text: string): string => (colours ? `\x1b[${code}m${text}\x1b[0m` : text);
  const marks: Readonly<Record<StatusLine['kind'], string>> = {
    plain: '         ',
    ok: `[  ${paint(92, 'OK')}  ] `,
    failed: `[${paint(91, 'FAILED')}] `,
    dependency: `[${paint(93, 'DEPEND')}] `,
    timeout: `[ ${paint(91, 'TIME')} ] `,
    skipped: `[ ${paint(1, 'INFO')} ] `,
    assert: `[${paint(93, 'ASSERT')}] `,
    unsupported: `[${paint(93, 'UNSUPP')}] `,
  };
  const ellipsis = isUnicode(process.env) ? '…' : '...';
  // What is told as a status need not be told as a message, which comes at once behind it.
  let told: string | undefined;
  const usual = numberOf(level);
  let lowest = usual;
  let isStatusShown = showStatus;
  let isTimeShown = false;
  const form = isTerminal(2) ? lineFormOf(process.env) : { sequences: false, redraws: false };
  const line = new RedrawnLine(form);
  return {
    redraws: form.redraws,
    progressWidth: () => (form.redraws ? redrawnWidth(columnsOf(process.stderr)) - markColumns : undefined),
    progress: (text) => {
      if (!isStatusShown) return;
      const shown = line.show(text === undefined ? undefined : `[ ***  ] ${text}`, columnsOf(process.stderr));
      if (shown !== '') print(colours ? shown.replace('[ *** ', `[ ${paint(91, '***')} `) : shown);
    },
    status: ({ kind, text, unit, hasDetails }) => {
      if (!isStatusShown) return;
      told = text;
      const shown = isTerminal(2) ? cutInMiddle(text, columnsOf(process.stderr) - markColumns - 1, ellipsis) : text;
      const details = hasDetails === true ? `See '${tool} status ${quoteForShell(unit)}' for details.\n` : '';
      print(`${line.clear()}${marks[kind]}${shown}\n${details}`);
    },
    log: (priority, message) => {
      const isTold = message === told;
      told = undefined;
      if (priority <= lowest && !isTold)
        print(`${line.clear()}${isTimeShown ? `${formatTimestamp(Date.now() * 1000)} ` : ''}tysd: ${message}\n`);
    },
    showsStatus: () => isStatusShown,
    setShowStatus: (shown) => {
      isStatusShown = shown;
    },
    setLogTime: (shown) => {
      isTimeShown = shown;
    },
    setLogLevel: (wanted) => {
      lowest = wanted === undefined ? usual : numberOf(wanted);
    },
  };
}

/** Of what stands before the text of a status. */
const markColumns = 9;

/** A console that does not know its size says 0. */
function columnsOf({ columns }: { readonly columns?: number }): number {
  return columns !== undefined && columns > 0 ? columns : 80;
}

/**
 * Standard error by a descriptor of its own that never blocks: a terminal that is stopped, or a pipe that nobody reads, must
 * not stop the manager. What does not fit is lost to the console; the journal has it.
 */
function openConsole(): (text: string) => void {
  const fd = reopenConsole();
  if (fd === undefined) return (text) => void process.stderr.write(text);
  return (text) => {
    try {
      writeSync(fd, text);
    } catch {
      // Full, or gone.
    }
  };
}

/**
 * Standard error by a descriptor of its own that does not block. A regular file does not block: it is written by the one that others have, too, since
 * they share its place. Undefined for a socket, which cannot be opened again; the runtime's stream does not block there.
 */
export function reopenConsole(): number | undefined {
  try {
    const stream = fstatSync(2);
    if (stream.isFile()) return 2;
    if (stream.isSocket()) return undefined;
    const fd = openSync('/proc/self/fd/2', constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK | constants.O_NOCTTY);
    process.once('exit', () => closeSync(fd));
    return fd;
  } catch {
    return undefined;
  }
}

/** info is the default level of the log; the terminal is told only what needs a person, unless more is asked for. */
function numberOf(level: string): number {
  return levels.indexOf(level === 'info' ? 'warning' : level);
}
