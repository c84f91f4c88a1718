import { basename } from 'node:path';
import type { CliServices, Invocation } from './invocation.ts';
import { connectOnce } from './connect.ts';
import { suggestWord } from './did-you-mean.ts';
import { firstWord, nearestOption, withoutOption } from './getopt.ts';
import { optionRows, parseCommandLine } from './options.ts';
import type { SysvCall } from './sysv/call.ts';
import { refuseCommandLine } from './output/messages.ts';
import type { Terminal } from './output/terminal.ts';
import { toolVerbs, verbs } from './verbs.ts';

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

const anyPlace = { scope: undefined, runtimeDirectory: undefined };

/** Programs that this tool is, by the names that it may be called by. */
const tools: Readonly<Record<string, Tool>> = {
  'systemd-escape': async (call) => (await import('./commands/escape.ts')).runEscape(call),
  'systemd-notify': async (call) => (await import('./commands/notify.ts')).runNotify(call),
  'systemd-cat': async (call) => (await import('./commands/stream.ts')).runStream(call),
  'systemd-run': async (call) => (await import('./commands/run.ts')).runRun(call, anyPlace),
  'systemd-cgtop': async (call) => (await import('./commands/top.ts')).runTop(call, anyPlace),
  'systemd-analyze': async (call) => (await import('./commands/analyze.ts')).runAnalyze(call, anyPlace),
  'systemd-delta': async (call) => (await import('./tools/delta.ts')).runDelta(call),
  'systemd-path': async (call) => (await import('./tools/path.ts')).runPath(call),
  'systemd-cgls': async (call) => (await import('./tools/cgls.ts')).runCgls(call),
  'systemd-detect-virt': async (call) => (await import('./tools/detect-virt.ts')).runDetectVirt(call),
  ...Object.fromEntries(
    ['systemd-inhibit', 'systemd-ask-password', 'systemd-tty-ask-password-agent'].map((name) => [
      name,
      async (call: Call) => (await import('./tools/refused.ts')).runRefused(call),
    ]),
  ),
  runlevel: async (call) => (await import('./sysv/runlevel.ts')).runRunlevel(asSysv(call)),
  telinit: async (call) => (await import('./sysv/telinit.ts')).runTelinit(asSysv(call)),
  init: async (call) => (await import('./sysv/telinit.ts')).runTelinit(asSysv(call)),
  shutdown: async (call) => (await import('./sysv/shutdown.ts')).runShutdown(asSysv(call)),
  ...Object.fromEntries(
    ['halt', 'poweroff', 'reboot'].map((word) => [word, async (call: Call) => (await import('./sysv/halt.ts')).runHalt(asSysv(call))]),
  ),
};

/** Runs the tool by the name that it was called by; gives the exit status. */
export async function runCli(call: Call): Promise<number> {
  const name = basename(call.program);
  const tool = tools[name];
  if (tool !== undefined) return tool(call);
  return runControl(call, name === 'systemctl' ? 'systemctl' : 'tysctl');
}

function asSysv(call: Call): SysvCall {
  return { ...call, systemctl: (...argv) => runControl({ ...call, argv }, 'systemctl') };
}

/** Verbs that do without a manager in systemctl(1); tysctl has a few more. */
const offline: ReadonlySet<string> = new Set(
  (
    'enable disable reenable preset preset-all mask unmask link revert add-wants add-requires is-enabled list-unit-files ' +
    'get-default set-default'
  ).split(' '),
);

async function runControl(call: Call, program: 'tysctl' | 'systemctl'): Promise<number> {
  const { terminal, services, environment } = call;
  const first = firstWord(call.argv, optionRows);
  const isOurs = !toolVerbs.has(call.argv[first] ?? '');
  const parsed = parseCommandLine(program, isOurs ? call.argv : call.argv.slice(0, first));
  if (!parsed.ok) {
    refuseCommandLine(terminal, parsed.error);
    const word = first < 0 ? undefined : call.argv[first];
    const isVerb = word === undefined || Object.hasOwn(verbs, word);
    // The options may be those of the verb that was meant.
    const meant = isVerb ? undefined : (await import('./commands/help.ts')).nearestVerb(word);
    suggestWord(terminal, program, meant ?? nearestOption(parsed.error, optionRows));
    return 1;
  }
  const { options } = parsed.value;
  const words = isOurs ? parsed.value.words : call.argv.slice(first);
  if (options.list !== undefined) {
    for (const line of options.list) terminal.print(line);
    return 0;
  }
  if (options.print !== undefined) return (await import('./commands/help.ts')).runPrint(program, options.print, services.version, terminal);
  if (options.host !== undefined) {
    const { runThere } = await import('./remote.ts');
    const ours = isOurs ? call.argv : call.argv.slice(0, first);
    const there = withoutOption(program, ours, optionRows, 'host');
    return there.ok ? runThere(options.host, [program, ...there.value, ...call.argv.slice(ours.length)], environment) : 1;
  }
  if (call.argv[first] === 'complete') return (await import('./commands/complete.ts')).runComplete(call, call.argv.slice(first + 1));
  const [word = 'list-units', ...rest] = words;
  const verb = Object.hasOwn(verbs, word) ? verbs[word] : undefined;
  if (verb === undefined) {
    terminal.fail(`Unknown command verb ${word}.`);
    suggestWord(terminal, program, (await import('./commands/help.ts')).nearestVerb(word));
    return 1;
  }
  if (rest.length < verb.least || rest.length > verb.most) {
    terminal.fail(rest.length < verb.least ? 'Too few arguments.' : 'Too many arguments.');
    return 1;
  }
  if (program === 'systemctl' && options.root !== undefined && !offline.has(word)) {
    terminal.fail(`Verb '${word}' cannot be used with --root= or --image=.`);
    return 1;
  }
  const carryOut = await verb.load();
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
    return await carryOut(invocation);
  } finally {
    connection.close();
  }
}
