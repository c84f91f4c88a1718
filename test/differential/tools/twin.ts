import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { runCli } from '../../../src/cli/main.ts';
import { messagesTo } from '../../../src/cli/output/messages.ts';
import { makeStyle } from '../../../src/cli/output/terminal.ts';
import { servicesOf } from '../../../src/main/tysctl.ts';

/** What a tool printed and how it ended; output without the line feed at its end. */
export interface Ran {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}

/** One call of a tool. */
export interface Call {
  readonly program: string;
  readonly argv: readonly string[];
  /** Added to an environment that has little more than PATH. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Why the tools of systemd 252 cannot be asked here; false where they can. */
export function whyNoTools(): string | false {
  const version = spawnSync('systemctl', ['--version'], { encoding: 'utf8' });
  if (version.status !== 0) return 'systemctl is not installed';
  return version.stdout.startsWith('systemd 252 ') ? false : 'systemctl is not that of systemd 252';
}

const plain = { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', HOME: '/nonexistent', SYSTEMD_PAGER: 'cat' } as const;

/** Runs systemd's tool. */
export function theirs({ program, argv, environment = {}, input = '' }: Call): Ran {
  const { stdout, stderr, status } = spawnSync(program, argv, { encoding: 'utf8', input, env: { ...plain, ...environment } });
  return { out: trimmed(stdout), err: trimmed(stderr), status: status ?? -1 };
}

/** Runs ours of the same name, in this process. */
export async function ours({ program, argv, environment = {} }: Call): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const before = { ...process.env };
  const now: Readonly<Record<string, string>> = { ...plain, ...environment };
  for (const name of Object.keys(process.env)) if (!(name in now)) delete process.env[name];
  Object.assign(process.env, now);
  try {
    const status = await runCli({
      program,
      argv,
      environment: process.env,
      services: servicesOf([]),
      terminal: {
        print: (text) => void out.push(text),
        ...messagesTo(
          (text) => void err.push(text),
          () => makeStyle({ colours: false, unicode: true }),
        ),
        live: (text) => {
          out.push(text);
          return Promise.resolve(true);
        },
        errors: undefined,
        style: makeStyle({ colours: false, unicode: true }),
        width: undefined,
      },
    });
    return { out: trimmed(asWritten(out)), err: trimmed(asWritten(err)), status };
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

/** Both say the same, once what depends on the moment is taken out. */
export async function assertTwins(call: Call, steady: (text: string) => string = (text) => text): Promise<void> {
  const settle = ({ out, err, status }: Ran): Ran => ({ out: steady(out), err: steady(err), status });
  assert.deepEqual(settle(await ours(call)), settle(theirs(call)), [call.program, ...call.argv].join(' '));
}

/** How many runs of a generated test there are, and from which seed: `RUNS` and `SEED` of the environment decide. */
export function runs(usual: number): { readonly numRuns: number; readonly seed: number; readonly endOnFailure: boolean } {
  return {
    numRuns: Number(process.env['RUNS'] ?? usual),
    seed: Number(process.env['SEED'] ?? 252),
    endOnFailure: process.env['QUICK'] === '1',
  };
}

function asWritten(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** As it comes out of a pipe that is read as UTF-8. */
function trimmed(text: string): string {
  return Buffer.from(text).toString().replace(/\n$/, '');
}
