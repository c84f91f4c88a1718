import { basename } from 'node:path';
import { analyzeHelp } from '../analyze/help.ts';
import { analyzeOptionRows, parseAnalyze } from '../analyze/options.ts';
import { analyzeVerbs, formerVerbs, refusedVerbs } from '../analyze/verbs.ts';
import { withoutOption } from '../getopt.ts';
import type { Host } from '../host.ts';
import type { Invocation, ManagerPlace } from '../invocation.ts';
import type { Call } from '../main.ts';
import { versionLines } from './help.ts';

/** systemd-analyze(1). */
export async function runAnalyze(call: Call, place: ManagerPlace): Promise<number> {
  const { argv, terminal, services, environment } = call;
  const refuse = (message: string): number => {
    terminal.warn(message);
    return 1;
  };
  const parsed = parseAnalyze(argv);
  if (!parsed.ok) return refuse(parsed.error);
  const { options } = parsed.value;
  if (options.print !== undefined) {
    for (const line of options.print === 'help' ? analyzeHelp() : versionLines('systemd-analyze', services.version)) terminal.print(line);
    return 0;
  }
  if (options.host !== undefined) return runOn(options.host, call);
  const [word = 'time', ...words] = parsed.value.words;
  const verb = [analyzeVerbs, formerVerbs].find((table) => Object.hasOwn(table, word))?.[word];
  if (verb === undefined) {
    return refuse(
      Object.hasOwn(refusedVerbs, word) ? `The verb ${word} is not there: ${refusedVerbs[word] ?? ''}.` : `Unknown command verb ${word}.`,
    );
  }
  if (words.length < verb.least) return refuse('Too few arguments.');
  if (words.length > (verb.most ?? words.length)) return refuse('Too many arguments.');
  return verb.run({ verb: word, words, options, place, terminal, services, environment });
}

/** The same as a verb of tysctl. */
export function runAnalyzeVerb({ words, options, terminal, services, environment }: Invocation): Promise<number> {
  return runAnalyze({ program: 'systemd-analyze', argv: words, terminal, services, environment }, options);
}

/** The same command, by the same name, on another machine. */
async function runOn(host: Host, { program, argv, environment }: Call): Promise<number> {
  const { runThere } = await import('../remote.ts');
  const there = withoutOption('systemd-analyze', argv, analyzeOptionRows, 'host');
  const name = basename(program) === 'systemd-analyze' ? ['systemd-analyze'] : ['tysctl', 'analyze'];
  return there.ok ? runThere(host, [...name, ...there.value], environment) : 1;
}
