import { isatty } from 'node:tty';
import { connectOnce } from '../connect.ts';
import type { Invocation, ManagerPlace } from '../invocation.ts';
import type { Call } from '../main.ts';
import { parseCommandLine } from '../options.ts';
import { refuseCommandLine } from '../output/messages.ts';
import { helpText } from '../run/help.ts';
import { suggestWord } from '../did-you-mean.ts';
import { nearestOption } from '../getopt.ts';
import { parseRun, runOptionForms, thereOf } from '../run/options.ts';
import { runScope } from '../run/scope.ts';
import { runService } from '../run/service.ts';
import { runTrigger } from '../run/trigger.ts';
import type { Run } from '../run/run.ts';

/** systemd-run(1): makes a unit around a command, and starts it. */
export async function runRun(call: Call, place: ManagerPlace): Promise<number> {
  const { terminal, services, environment } = call;
  const program = call.program.endsWith('systemd-run') ? 'systemd-run' : 'tysctl run';
  const surroundings = { directory: process.cwd(), environment, isTerminal: [0, 1, 2].every((fd) => isatty(fd)) };
  const parsed = parseRun(program, call.argv, surroundings);
  if (!parsed.ok) {
    refuseCommandLine(terminal, parsed.error);
    suggestWord(terminal, program, nearestOption(parsed.error, runOptionForms(surroundings)));
    return 1;
  }
  const request = parsed.value;
  if (request.print !== undefined) {
    for (const line of request.print === 'help' ? helpText : [`systemd 252 (tysd ${services.version})`]) terminal.print(line);
    return 0;
  }
  if (request.host !== undefined) {
    const there = thereOf(program, call.argv, surroundings);
    const { runThere } = await import('../remote.ts');
    return there.ok ? runThere(request.host, [...program.split(' '), ...there.value], environment) : 1;
  }
  const meant = { ...place, scope: request.scope ?? place.scope };
  const connection = connectOnce(meant, environment);
  const run: Run = { request, invocation: invocationOf(call, meant, program, connection.connect), launcher: await services.launcher() };
  try {
    if (request.asScope) return await runScope(run);
    return request.trigger === undefined ? await runService(run) : await runTrigger(run, request.trigger);
  } finally {
    connection.close();
  }
}

/** The same as a verb of tysctl. */
export function runRunVerb({ words, options, program, terminal, services, environment }: Invocation): Promise<number> {
  return runRun({ program, argv: words, terminal, services, environment }, options);
}

/** What the other commands' messages are made of. */
function invocationOf(call: Call, { scope, runtimeDirectory }: ManagerPlace, program: string, connect: Invocation['connect']): Invocation {
  const tool = program === 'systemd-run' ? 'systemctl' : 'tysctl';
  const parsed = parseCommandLine(tool, []);
  if (!parsed.ok) throw new Error(parsed.error);
  const { terminal, services, environment } = call;
  return {
    program: tool,
    verb: 'start',
    words: [],
    options: { ...parsed.value.options, scope, runtimeDirectory },
    terminal,
    services,
    environment,
    connect,
  };
}
