import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { formatTimestamp } from '../base/timestamp.ts';
import type { StatusLine } from '../manager/options.ts';

const levels = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];

/** What the manager tells on the terminal that tysd was started from. */
export interface ConsolePrinter {
  readonly status: (line: StatusLine) => void;
  /** Prints what is at least as important as the log level, unless the line is told by `status` anyway. */
  readonly log: (priority: number, message: string) => void;
  /** Says what takes long; on a terminal in one line that the next one takes the place of, undefined takes it away. */
  readonly progress: (text: string | undefined) => void;
  readonly setShowStatus: (shown: boolean) => void;
  /** Whether the lines of `log` begin with the time (systemd-system.conf(5), LogTime=). */
  readonly setLogTime: (shown: boolean) => void;
  /** undefined is the level that the printer began with. */
  readonly setLogLevel: (level: string | undefined) => void;
}

/** Tells jobs as systemd does on a console, if `showStatus`; and messages of warning and above, or below down to `level` if that is asked for. */
export function statusPrinter(showStatus: boolean, level: string): ConsolePrinter {
  const print = openConsole();
  const colours = isatty(2) && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb';
  const paint = (code: number, text: string): string => (colours ? `\x1b[${code}m${text}\x1b[0m` : text);
  const marks: Readonly<Record<StatusLine['kind'], string>> = {
    plain: '         ',
    ok: `[  ${paint(92, 'OK')}  ] `,
    failed: `[${paint(91, 'FAILED')}] `,
    dependency: `[${paint(93, 'DEPEND')}] `,
    timeout: `[ ${paint(91, 'TIME')} ] `,
    skipped: `[${paint(33, 'SKIP')}] `,
  };
  const usual = numberOf(level);
  let lowest = usual;
  let isStatusShown = showStatus;
  let isTimeShown = false;
  let isInProgress = false;
  const isTerminal = isatty(2) && process.env['TERM'] !== 'dumb';
  const clear = (): string => {
    const was = isInProgress;
    isInProgress = false;
    return was ? '\r\x1b[K' : '';
  };
  return {
    progress: (text) => {
      if (!isStatusShown || (text === undefined && !isInProgress)) return;
      const line =
        text === undefined ? '' : `[ ${paint(91, '***')}  ] ${isTerminal ? text.slice(0, (process.stderr.columns ?? 80) - 10) : text}`;
      print(isTerminal ? `\r\x1b[K${line}` : `${line}\n`);
      isInProgress = isTerminal && text !== undefined;
    },
    status: (line) => {
      if (isStatusShown) print(`${clear()}${marks[line.kind]}${line.text}\n`);
    },
    log: (priority, message) => {
      if (priority <= lowest) print(`${clear()}${isTimeShown ? `${formatTimestamp(Date.now() * 1000)} ` : ''}tysd: ${message}\n`);
    },
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

/** Standard error by a descriptor of its own that does not block. Undefined for a socket, which cannot be opened again; writes to sockets do not block the manager in any case. */
export function reopenConsole(): number | undefined {
  try {
    if (fstatSync(2).isSocket()) return undefined;
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
