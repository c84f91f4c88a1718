import { makeStyle, type Terminal } from './terminal.ts';

/** A terminal whose standard output is written, or given to a pager, when the command is done. */
export interface OpenTerminal extends Terminal {
  finish(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The terminal of this process: colours and glyphs as far as it can show them, a pager where output is longer than the screen. */
export function openTerminal(environment: Environment, argv: readonly string[]): OpenTerminal {
  const { stdout, stderr } = process;
  const tty = stdout.isTTY === true;
  const lines: string[] = [];
  // A reader that went away, as `head` does, is no error.
  stdout.on('error', () => undefined);
  return {
    print: (line) => void lines.push(line),
    warn: (line) => void stderr.write(`${line}\n`),
    style: makeStyle({ colours: hasColours(environment, tty), unicode: isUnicode(environment) }),
    width: tty ? (stdout.columns ?? 80) : undefined,
    finish: async () => {
      if (lines.length === 0) return;
      const text = `${lines.join('\n')}\n`;
      const paged = tty && !argv.includes('--no-pager') && text.split('\n').length > (stdout.rows ?? 24);
      if (!paged || !(await page(text, environment))) await write(text);
    },
  };
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

function write(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
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
