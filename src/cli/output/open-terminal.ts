import { writeSync } from 'node:fs';
import { messagesTo, type Messages } from './messages.ts';
import { openPager } from './pager.ts';
import { lineFormOf, RedrawnLine } from './redrawn-line.ts';
import { screenSize } from './screen.ts';
import { makeStyle, type ErrorScreen, type Terminal } from './terminal.ts';

/** A terminal whose standard output is written, or given to a pager, when the command is done. */
export interface OpenTerminal extends Terminal {
  finish(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The terminal of this process: colours and glyphs as far as it can show them, a pager where output is longer than the screen.
 * What standard output is takes longer to find out than most commands take, so it is asked only by those who want to know.
 */
export function openTerminal(environment: Environment, argv: readonly string[]): OpenTerminal {
  const lines: { readonly text: string; readonly paged: string | null }[] = [];
  const screen = once(() => screenSize(1, environment));
  const form = lineFormOf(environment);
  const line = new RedrawnLine(form);
  const errors = once((): ErrorScreen | undefined => {
    const size = screenSize(2, environment);
    if (size === undefined) return undefined;
    const columns = () => screenSize(2, environment)?.columns ?? size.columns;
    return {
      style: makeStyle({ colours: hasColours(environment, true), few: hasFewColours(environment), unicode: isUnicode(environment) }),
      get width() {
        return columns();
      },
      status: (text) => void writeAll(2, line.show(text, columns())),
      canRedraw: form.redraws,
    };
  });
  const style = once(() => {
    const isScreen = screen() !== undefined;
    return makeStyle({
      colours: hasColours(environment, isScreen),
      few: hasFewColours(environment),
      unicode: isUnicode(environment),
      links: hasLinks(environment, isScreen),
    });
  });
  return {
    print: (text, paged = text) => void lines.push({ text, paged }),
    ...messagesOf(environment, () => line.clear()),
    live: (text) => writeAll(1, `${text}\n`),
    get errors() {
      return errors();
    },
    get style() {
      return style();
    },
    get width() {
      return screen()?.columns;
    },
    finish: async () => {
      if (lines.length === 0) return;
      const text = lines.map((each) => `${each.text}\n`).join('');
      const isPaged = !argv.includes('--no-pager') && isLongerThan(text, leastRows) && isLongerThan(text, screen()?.rows);
      const paged = (): string => lines.map((each) => (each.paged === null ? '' : `${each.paged}\n`)).join('');
      if (!isPaged || !(await page(paged, environment))) await writeAll(1, text);
    },
  };
}

/**
 * The messages of this process: painted where standard error is a terminal, whatever standard output is, and no painting is switched off
 * for logs; `before` is written ahead of each.
 */
export function messagesOf(environment: Environment, before: () => string = () => ''): Messages {
  const style = once(() => {
    const hasPaint = isYes(environment['SYSTEMD_LOG_COLOR'], true);
    return makeStyle({
      colours: hasPaint && hasColours(environment, screenSize(2, environment) !== undefined),
      few: hasFewColours(environment),
      unicode: true,
    });
  });
  return messagesTo((text) => void writeAll(2, `${before()}${text}\n`), style);
}

/** No screen has fewer rows than this. */
const leastRows = 3;

function isLongerThan(text: string, rows: number | undefined): boolean {
  return rows !== undefined && text.split('\n').length > rows;
}

function once<T>(find: () => T): () => T {
  let found: { readonly value: T } | undefined;
  return () => (found ??= { value: find() }).value;
}

/** Colours where standard output is a terminal that has them; $SYSTEMD_COLORS and $NO_COLOR decide first. */
export function hasColours(environment: Environment, tty: boolean): boolean {
  const { NO_COLOR: plain = '', TERM: term = 'dumb' } = environment;
  return isYes(environment['SYSTEMD_COLORS'], plain === '' && tty && term !== 'dumb');
}

/** Whether $SYSTEMD_COLORS allows sixteen colours only. */
function hasFewColours(environment: Environment): boolean {
  return environment['SYSTEMD_COLORS'] === '16';
}

/** Links where there are colours, unless $SYSTEMD_URLIFY says otherwise. */
export function hasLinks(environment: Environment, tty: boolean): boolean {
  return isYes(environment['SYSTEMD_URLIFY'], hasColours(environment, tty));
}

/** What a variable says, if it is set. */
function isYes(told: string | undefined, otherwise: boolean): boolean {
  return told === undefined || told === '' ? otherwise : !/^(0|n|no|f|false|off)$/i.test(told);
}

/** UTF-8 unless the locale says otherwise; no locale at all means UTF-8, as in systemd. */
export function isUnicode(environment: Environment): boolean {
  const locale = [environment['LC_ALL'], environment['LC_CTYPE'], environment['LANG']].find((value) => value !== undefined && value !== '');
  return locale === undefined || /utf-?8/i.test(locale);
}

/** Writes all of it; false where the reader went away, as `head` does, which is no error. */
async function writeAll(fd: 1 | 2, text: string): Promise<boolean> {
  let bytes = Buffer.from(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(writeSync(fd, bytes));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return false;
    // Somebody made the pipe non-blocking: the stream knows how to wait.
    const rest = bytes;
    const stream = fd === 1 ? process.stdout : process.stderr;
    stream.on('error', () => undefined);
    return new Promise<boolean>((resolve) => stream.write(rest, (failure) => resolve(failure === undefined || failure === null)));
  }
  return true;
}

/** False where there is to be no pager. */
async function page(text: () => string, environment: Environment): Promise<boolean> {
  const pager = await openPager(environment);
  pager?.input.end(text());
  await pager?.done;
  return pager !== undefined;
}
