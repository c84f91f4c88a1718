import { fstatSync, writeSync } from 'node:fs';
import { makeStyle, type Terminal } from './terminal.ts';

/** A terminal whose standard output is written, or given to a pager, when the command is done. */
export interface OpenTerminal extends Terminal {
  finish(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The terminal of this process: colours and glyphs as far as it can show them, a pager where output is longer than the screen.
 * process.stdout takes longer to make than most commands take, so it is left alone where output is no terminal.
 */
export async function openTerminal(environment: Environment, argv: readonly string[]): Promise<OpenTerminal> {
  const screen = await screenSize();
  const lines: string[] = [];
  return {
    print: (line) => void lines.push(line),
    warn: (line) => void writeAll(2, `${line}\n`),
    style: makeStyle({ colours: hasColours(environment, screen !== undefined), unicode: isUnicode(environment) }),
    width: screen?.columns,
    finish: async () => {
      if (lines.length === 0) return;
      const text = `${lines.join('\n')}\n`;
      const paged = screen !== undefined && !argv.includes('--no-pager') && text.split('\n').length > screen.rows;
      if (!paged || !(await page(text, environment))) await writeAll(1, text);
    },
  };
}

/** The size of the terminal that standard output is; undefined where it is none. */
async function screenSize(): Promise<{ readonly columns: number; readonly rows: number } | undefined> {
  if (!fstatSync(1).isCharacterDevice() || !(await import('node:tty')).isatty(1)) return undefined;
  // A terminal that does not know its size reports 0.
  const { columns, rows } = process.stdout;
  return { columns: columns > 0 ? columns : 80, rows: rows > 0 ? rows : 24 };
}

/** Colours where standard output is a terminal that has them; $SYSTEMD_COLORS and $NO_COLOR decide first. */
export function hasColours(environment: Environment, tty: boolean): boolean {
  const told = environment['SYSTEMD_COLORS'];
  if (told !== undefined && told !== '') return !/^(0|n|no|f|false|off)$/i.test(told);
  if (environment['NO_COLOR'] !== undefined && environment['NO_COLOR'] !== '') return false;
  return tty && environment['TERM'] !== 'dumb' && environment['TERM'] !== undefined;
}

/** UTF-8 unless the locale says otherwise; no locale at all means UTF-8, as in systemd. */
export function isUnicode(environment: Environment): boolean {
  const locale = [environment['LC_ALL'], environment['LC_CTYPE'], environment['LANG']].find((value) => value !== undefined && value !== '');
  return locale === undefined || /utf-?8/i.test(locale);
}

/** Writes all of it; a reader that went away, as `head` does, is no error. */
async function writeAll(fd: 1 | 2, text: string): Promise<void> {
  let bytes = Buffer.from(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(writeSync(fd, bytes));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return;
    // Somebody made the pipe non-blocking: the stream knows how to wait.
    const rest = bytes;
    const stream = fd === 1 ? process.stdout : process.stderr;
    stream.on('error', () => undefined);
    await new Promise<void>((resolve) => stream.write(rest, () => resolve()));
  }
}

/** False where there is no pager to be had. */
async function page(text: string, environment: Environment): Promise<boolean> {
  const told = environment['SYSTEMD_PAGER'] ?? environment['PAGER'];
  if (told === '' || told === 'cat') return false;
  const { spawn } = await import('node:child_process');
  for (const command of told === undefined ? ['less', 'more'] : [told]) {
    const shown = await new Promise<boolean>((resolve) => {
      const pager = spawn('/bin/sh', ['-c', `command -v ${told === undefined ? command : 'sh'} >/dev/null || exit 127; exec ${command}`], {
        stdio: ['pipe', 'inherit', 'inherit'],
        env: { ...environment, LESS: environment['SYSTEMD_LESS'] ?? 'FRSXMK', LESSCHARSET: environment['SYSTEMD_LESSCHARSET'] ?? 'utf-8' },
      });
      pager.once('error', () => resolve(false));
      pager.once('exit', (code) => resolve(code !== 127));
      // A pager may be left before it has read all.
      pager.stdin.on('error', () => undefined);
      pager.stdin.end(text);
    });
    if (shown) return true;
  }
  return false;
}
