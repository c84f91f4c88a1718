import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { err, ok } from '../../src/base/result.ts';
import type { Finding, LintOptions } from '../../src/api/lint.ts';
import { lintFiles } from '../../src/manager/unit-lint.ts';
import { realFiles } from '../../src/port/files-real.ts';
import { facts } from '../unit/facts.ts';
import { listenControl } from '../../src/api/jsonrpc/server.ts';
import type { CliServices, Launcher } from '../../src/cli/invocation.ts';
import { runCli } from '../../src/cli/main.ts';
import { messagesTo } from '../../src/cli/output/messages.ts';
import { makeStyle, type ErrorScreen } from '../../src/cli/output/terminal.ts';
import { FakeInstall, FakeManager, fakeServices, fakeUnitFiles } from '../api/fake-manager.ts';

/** What a call of the tool printed, line by line, and how it ended. */
export interface Ran {
  readonly out: readonly string[];
  readonly err: readonly string[];
  readonly status: number;
}

/** Who looks at what the tool says. */
export interface Watching {
  /** Text of what is shown live with which the reader goes away. */
  until: string | undefined;
  /** Hears what is shown live. */
  seen: (text: string) => void;
  /** Where standard error is a terminal, what is shown there in one line, again and again. */
  errors: ErrorScreen | undefined;
}

/** A manager behind a control socket, and the tool that is run against it. */
export interface Bench {
  readonly manager: FakeManager;
  readonly install: FakeInstall;
  /** Unit files as the tool itself sees them. */
  readonly local: FakeInstall;
  readonly directory: string;
  /** What the journal has written down of what happened. */
  readonly written: unknown[];
  readonly watching: Watching;
  readonly tysctl: (...argv: readonly string[]) => Promise<Ran>;
  readonly systemctl: (...argv: readonly string[]) => Promise<Ran>;
  /** Replaces the server by a new one of the same manager, as when the manager process is replaced; connections are lost. */
  readonly restart: (meanwhile?: () => void) => Promise<void>;
  readonly run: (program: string, argv: readonly string[], environment?: Readonly<Record<string, string>>) => Promise<Ran>;
}

/** Runs a test with a manager of these units; without `serve` nobody answers. */
export async function withBench(
  prepare: (manager: FakeManager) => void,
  test: (bench: Bench) => Promise<void>,
  serve = true,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-cli-'));
  const manager = new FakeManager();
  const install = new FakeInstall();
  const local = new FakeInstall();
  const written: unknown[] = [];
  const watching: Watching = { until: undefined, seen: () => undefined, errors: undefined };
  prepare(manager);
  const listen = () => listenControl({ path: join(directory, 'control.sock') }, fakeServices(manager, install));
  let server = serve ? await listen() : undefined;
  const restart = async (meanwhile?: () => void): Promise<void> => {
    if (server?.ok === true) server.value.close();
    meanwhile?.();
    server = await listen();
  };
  const run = (program: string, argv: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    runTool(program, argv, { TYSD_RUNTIME_DIRECTORY: directory, ...environment }, local, written, watching);
  try {
    await test({
      manager,
      install,
      local,
      directory,
      written,
      watching,
      restart,
      run,
      tysctl: (...argv) => run('tysctl', argv),
      systemctl: (...argv) => run('/usr/bin/systemctl', argv),
    });
  } finally {
    if (server?.ok === true) server.value.close();
    rmSync(directory, { recursive: true });
  }
}

async function runTool(
  program: string,
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
  local: FakeInstall,
  written: readonly unknown[],
  watching: Watching,
): Promise<Ran> {
  const out: string[] = [];
  const errors: string[] = [];
  const services: CliServices = {
    version: '0.1.0',
    runLogs: (words) => {
      out.push(`logs ${words.join(' ')}`);
      return Promise.resolve(0);
    },
    logsOptions: () => Promise.resolve([{ long: 'unit', short: 'u', value: 'required' }]),
    recentLogs: ({ unit, lines, own }) => Promise.resolve([`the last ${lines} ${own === undefined ? '' : 'own '}lines of ${unit}`]),
    recordedHistory: (_place, words) =>
      Promise.resolve(written.filter((entry) => words.length === 0 || words.some((word) => JSON.stringify(entry).includes(word)))),
    localInstall: () => Promise.resolve(local),
    localUnitFiles: () => Promise.resolve(fakeUnitFiles),
    generateUnits: () => Promise.reject(new Error('no generators run here')),
    fileTree: () => Promise.resolve({ read: () => undefined, list: () => [], follow: () => ({ kind: 'missing', isExecutable: false }) }),
    lintFiles: (paths, options) => Promise.resolve(findings(paths, options)),
    checkConditions: ({ of }) => {
      const checked = 'unit' in of ? [] : of.assignments.map((text) => ({ text, holds: true }));
      const none = { hold: true, checked: [] };
      return Promise.resolve(ok({ unit: 'test.service', asserts: none, conditions: { hold: true, checked }, warnings: [] }));
    },
    notify: ({ lines, pid, sender }) => {
      out.push(`notify ${JSON.stringify(lines)} ${pid ?? 'caller'}${sender === undefined ? '' : ` as ${sender.uid}:${sender.gid}`}`);
      return Promise.resolve(true);
    },
    virtualization: () => Promise.resolve({ container: 'lxc', vm: 'kvm', privateUsers: false }),
    commandOf: (tool) => ['/usr/bin/tysd', `--as=${tool}`],
    messageBus: () => Promise.resolve(err('there is no bus here')),
    launcher: () => Promise.resolve(fakeLauncher(out)),
  };
  const status = await runCli({
    program,
    argv,
    environment,
    services,
    terminal: {
      print: (text) => out.push(...text.split('\n')),
      ...messagesTo(
        (text) => void errors.push(...text.split('\n')),
        () => watching.errors?.style ?? makeStyle({ colours: false, unicode: true }),
      ),
      live: (text) => {
        out.push(...text.split('\n'));
        watching.seen(text);
        return Promise.resolve(watching.until === undefined || !text.includes(watching.until));
      },
      errors: watching.errors,
      style: makeStyle({ colours: false, unicode: true }),
      width: undefined,
    },
  });
  return { out, err: errors, status };
}

/** The real ones, of real files. */
function findings(paths: readonly string[], options: LintOptions): readonly Finding[] {
  return lintFiles(paths, options, realFiles, facts);
}

/** Does nothing but say what it was asked for. */
function fakeLauncher(out: string[]): Launcher {
  return {
    passStreams: (socket, token) => {
      out.push(`pass streams to ${socket} as ${token}`);
      return true;
    },
    openTerminal: () =>
      Promise.resolve({
        path: '/dev/pts/99',
        begin: () => undefined,
        disconnected: new Promise(() => undefined),
        close: () => Promise.resolve(),
      }),
    become: ({ executable, argv, nice, uid, gid }) => {
      out.push(`become ${executable} as ${argv.join(' ')} nice ${nice} uid ${uid} gid ${gid}`);
      return 0;
    },
    account: (user) =>
      Promise.resolve(user === 'nobody' ? { name: user, uid: 65534, gid: 65534, home: '/', shell: '/bin/false', groups: [] } : undefined),
    group: (group) => Promise.resolve(group === 'tty' ? 5 : undefined),
  };
}
