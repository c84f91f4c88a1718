import { fstatSync } from 'node:fs';
import { mayBeTerminal } from '../../base/devices.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The size of the terminal that standard output or standard error is; undefined where it is none. $COLUMNS and $LINES are believed first, as systemd does. */
export function screenSize(fd: 1 | 2, environment: Environment): Size | undefined {
  const size = actualSize(fd, environment);
  if (size === undefined) return undefined;
  // A terminal that does not know its size reports 0.
  return {
    columns: sizeOf(environment['COLUMNS']) ?? (size.columns > 0 ? size.columns : 80),
    rows: sizeOf(environment['LINES']) ?? (size.rows > 0 ? size.rows : 24),
  };
}

/** Whether standard output or standard error is a terminal. */
export function isScreen(fd: 1 | 2, environment: Environment): boolean {
  return actualSize(fd, environment) !== undefined;
}

/** How wide standard output is, or would be if it were a terminal. */
export function outputColumns(environment: Environment): number {
  return screenSize(1, environment)?.columns ?? sizeOf(environment['COLUMNS']) ?? 80;
}

function actualSize(fd: 1 | 2, environment: Environment): Size | undefined {
  const told = toldSizes(environment);
  if (told !== undefined) return told[fd - 1];
  // The runtime's stream would make a pipe non-blocking, for all that share it.
  const stream = mayBeTerminal(fstatSync(fd)) ? (fd === 1 ? process.stdout : process.stderr) : undefined;
  return stream?.isTTY === true ? { columns: stream.columns, rows: stream.rows } : undefined;
}

/** So many seconds the size is taken to be what it was when the call began. */
const believedFor = 1;

/**
 * The sizes of standard output and standard error that the front has asked for (front/front.c), as TYSD_SCREENS says: the process that it is for, and
 * columns and rows of each (`80x24`), `-` for what is no terminal. The runtime's streams, which know them too, take longer to make than most calls take.
 */
function toldSizes(environment: Environment): readonly (Size | undefined)[] | undefined {
  const [, pid, ...sizes] = /^(\d+) (-|\d+x\d+) (-|\d+x\d+)$/.exec(environment['TYSD_SCREENS'] ?? '') ?? [];
  if (Number(pid) !== process.pid || process.uptime() > believedFor) return undefined;
  return sizes.map((size) => {
    const [columns, rows] = size.split('x').map(Number);
    return columns === undefined || rows === undefined ? undefined : { columns, rows };
  });
}

/** A number of columns or rows that the environment tells. */
function sizeOf(text = ''): number | undefined {
  const size = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return size > 0 && size <= 0xffff ? size : undefined;
}
