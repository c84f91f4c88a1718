import type { Writable } from 'node:stream';

type Environment = Readonly<Record<string, string | undefined>>;

/** A pager that runs. */
export interface Pager {
  /** What is to be shown; ends when that is all. That a pager is left before it has read all is no error. */
  readonly input: Writable;
  /** Resolves when it has been left. */
  readonly done: Promise<void>;
}

/** What is run as the pager, by the shell, and with what in its environment; undefined where there is to be none. As systemd has it. */
export function pagerCommand(
  environment: Environment,
  { jumpToEnd = false } = {},
): { readonly script: string; readonly environment: Environment } | undefined {
  const told = environment['SYSTEMD_PAGER'] ?? environment['PAGER'];
  const term = environment['TERM'] ?? 'dumb';
  if (told === '' || told === 'cat' || term === 'dumb' || term === '') return undefined;
  const wanted = environment['SYSTEMD_PAGERSECURE'] ?? '';
  // Whose rights are others' than those of who sits there does not let less(1) start programs.
  const isOthers = ['SUDO_UID', 'PKEXEC_UID', 'DOAS_USER'].some((name) => (environment[name] ?? '') !== '');
  const secure = wanted === '' ? isOthers : !/^(?:0|n|no|f|false|off)$/i.test(wanted);
  const own = told === undefined || (secure && wanted === '') ? [] : [told];
  const programs = [...own, 'less', ...(secure && wanted === '' ? [] : ['more'])];
  const tries = programs.map((program) => `command -v ${/^\S*/.exec(program)?.[0] ?? ''} >/dev/null 2>&1 && exec ${program}`);
  return {
    script: [...tries, 'exec cat'].join('\n'),
    environment: {
      ...environment,
      LESS: `${environment['SYSTEMD_LESS'] ?? 'FRSXMK'}${jumpToEnd ? ' +G' : ''}`,
      LESSCHARSET: environment['SYSTEMD_LESSCHARSET'] ?? 'utf-8',
      ...(secure ? { LESSSECURE: '1' } : {}),
    },
  };
}

/** Starts the pager; undefined where there is to be none. */
export async function openPager(environment: Environment, options: { readonly jumpToEnd?: boolean } = {}): Promise<Pager | undefined> {
  const command = pagerCommand(environment, options);
  if (command === undefined) return undefined;
  const { spawn } = await import('node:child_process');
  const pager = spawn('/bin/sh', ['-c', command.script], { stdio: ['pipe', 'inherit', 'inherit'], env: { ...command.environment } });
  // It reads keys, and Ctrl-C is one of them.
  process.on('SIGINT', nothing);
  pager.stdin.on('error', () => undefined);
  const done = new Promise<void>((resolve) => {
    pager.once('error', () => resolve());
    pager.once('exit', () => resolve());
  });
  return { input: pager.stdin, done: done.finally(() => process.off('SIGINT', nothing)) };
}

function nothing(): void {
  // The pager does what is to be done.
}
