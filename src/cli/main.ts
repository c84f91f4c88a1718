import { basename } from 'node:path';
import type { Client } from '../api/client.ts';
import { err, type Result } from '../base/result.ts';
import type { CliServices, Invocation } from './invocation.ts';
import { parseCommandLine, type Options } from './options.ts';
import type { Terminal } from './output/terminal.ts';
import { verbs } from './verbs.ts';

/** What one call of the tool is made of. */
export interface Call {
  /** argv[0], or the name that the tool was called by. */
  readonly program: string;
  readonly argv: readonly string[];
  readonly terminal: Terminal;
  readonly services: CliServices;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

type Tool = (call: Call) => Promise<number>;

/** Programs that this tool is, by the names that it may be called by. */
const tools: Readonly<Record<string, Tool>> = {
  journalctl: ({ argv, services }) => services.runLogs(argv, { scope: undefined, runtimeDirectory: undefined }),
  'systemd-escape': async (call) => (await import('./commands/escape.ts')).runEscape(call),
  'systemd-notify': async (call) => (await import('./commands/notify.ts')).runNotify(call),
  'systemd-analyze': async (call) => (await import('./commands/analyze.ts')).runAnalyze(call),
  ...Object.fromEntries(
    ['halt', 'poweroff', 'reboot'].map((word) => [word, (call: Call) => runControl({ ...call, argv: [word, ...call.argv] }, 'systemctl')]),
  ),
};

/** Runs the tool by the name that it was called by; gives the exit status. */
export async function runCli(call: Call): Promise<number> {
  const name = basename(call.program);
  const tool = tools[name];
  if (tool !== undefined) return tool(call);
  if (notYet.has(name)) {
    call.terminal.warn(`${name}: tysd does not have this program yet.`);
    return 1;
  }
  return runControl(call, name === 'systemctl' ? 'systemctl' : 'tysctl');
}

/** Verbs that do without a manager in systemctl(1); tysctl has a few more. */
const offline: ReadonlySet<string> = new Set(
  (
    'enable disable reenable preset preset-all mask unmask link revert add-wants add-requires is-enabled list-unit-files ' +
    'get-default set-default'
  ).split(' '),
);

const notYet: ReadonlySet<string> = new Set(['systemd-run', 'systemd-cat']);

async function runControl(call: Call, program: 'tysctl' | 'systemctl'): Promise<number> {
  const { terminal, services, environment } = call;
  // What follows `logs` is journalctl's, with options of its own.
  const first = call.argv.findIndex((word) => !word.startsWith('-'));
  const logs = call.argv[first] === 'logs' ? call.argv.slice(first + 1) : undefined;
  const parsed = parseCommandLine(program, logs === undefined ? call.argv : call.argv.slice(0, first));
  if (!parsed.ok) {
    terminal.warn(parsed.error);
    return 1;
  }
  const { options, words } = parsed.value;
  if (options.list !== undefined) {
    for (const line of options.list) terminal.print(line);
    return 0;
  }
  if (options.print !== undefined) return (await import('./commands/help.ts')).runPrint(program, options.print, services.version, terminal);
  if (logs !== undefined) return services.runLogs(logs, { scope: options.scope, runtimeDirectory: options.runtimeDirectory });
  const [word = 'list-units', ...rest] = words;
  const verb = Object.hasOwn(verbs, word) ? verbs[word] : undefined;
  if (verb === undefined) {
    const { nearest } = await import('./commands/help.ts');
    terminal.warn(`Unknown command verb ${word}.${program === 'tysctl' ? nearest(word) : ''}`);
    return 1;
  }
  if (rest.length < verb.least || rest.length > verb.most) {
    terminal.warn(rest.length < verb.least ? 'Too few arguments.' : 'Too many arguments.');
    return 1;
  }
  if (program === 'systemctl' && options.root !== undefined && !offline.has(word)) {
    terminal.warn(`Verb '${word}' cannot be used with --root= or --image=.`);
    return 1;
  }
  const run = await verb.load();
  const connection = connectOnce(options, environment);
  const invocation: Invocation = {
    program,
    verb: word,
    words: rest,
    options,
    terminal,
    services,
    environment,
    connect: connection.connect,
  };
  try {
    return await run(invocation);
  } finally {
    connection.close();
  }
}

/** A connection that is made when it is first asked for, and again when it was lost. */
function connectOnce(
  options: Options,
  environment: Call['environment'],
): { readonly connect: () => Promise<Result<Client, string>>; readonly close: () => void } {
  let current: Promise<Result<Client, string>> | undefined;
  let again = false;
  const connect = async (): Promise<Result<Client, string>> => {
    const { connectToManager } = await import('./place.ts');
    const uid = process.getuid?.();
    if (uid === undefined) return err('This system has no user ids.');
    const client = await connectToManager({ scope: options.scope, runtimeDirectory: options.runtimeDirectory, uid, environment, again });
    if (!client.ok) return client;
    again = true;
    void client.value.closed.then(() => (current = undefined));
    return client;
  };
  return {
    connect: () => (current ??= connect()),
    close: () => void current?.then((client) => client.ok && client.value.close()),
  };
}
