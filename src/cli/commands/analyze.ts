import { basename } from 'node:path';
import { nearestWord } from '../../api/suggest.ts';
import { analyzeHelp } from '../analyze/help.ts';
import { analyzeOptionRows, parseAnalyze } from '../analyze/options.ts';
import { analyzeVerbs, formerVerbs, refusedVerbs } from '../analyze/verbs.ts';
import { suggestWord } from '../did-you-mean.ts';
import { nearestOption, withoutOption } from '../getopt.ts';
import type { Host } from '../host.ts';
import type { Invocation, ManagerPlace } from '../invocation.ts';
import type { Call } from '../main.ts';
import { listForm } from '../output/json.ts';
import { refuseCommandLine } from '../output/messages.ts';
import { versionLines } from './help.ts';

/** systemd-analyze(1). */
export async function runAnalyze(call: Call, place: ManagerPlace): Promise<number> {
  const { program, argv, terminal, services, environment } = call;
  const refuse = (message: string): number => {
    refuseCommandLine(terminal, message);
    return 1;
  };
  const parsed = parseAnalyze(argv);
  if (!parsed.ok) {
    refuse(parsed.error);
    suggestWord(terminal, basename(program), nearestOption(parsed.error, analyzeOptionRows));
    return 1;
  }
  const { options } = parsed.value;
  if (options.print !== undefined) {
    for (const line of options.print === 'help' ? analyzeHelp() : versionLines('systemd-analyze', services.version)) terminal.print(line);
    return 0;
  }
  if (options.host !== undefined) return runOn(options.host, call);
  const [word = 'time', ...words] = parsed.value.words;
  const verb = [analyzeVerbs, formerVerbs].find((table) => Object.hasOwn(table, word))?.[word];
  if (verb === undefined) {
    if (Object.hasOwn(refusedVerbs, word)) return refuse(`The verb ${word} is not there: ${refusedVerbs[word] ?? ''}.`);
    refuse(`Unknown command verb ${word}.`);
    suggestWord(terminal, basename(program), nearestWord(word, Object.keys(analyzeVerbs)));
    return 1;
  }
  if (words.length < verb.least) return refuse('Too few arguments.');
  if (words.length > (verb.most ?? words.length)) return refuse('Too many arguments.');
  return verb.run({ program, verb: word, words, options, place, terminal, services, environment });
}

/** The same as a verb of tysctl. */
export function runAnalyzeVerb({ program, words, options, terminal, services, environment }: Invocation): Promise<number> {
  // What stands before the verb is meant, too.
  const form = listForm(options.output) === 'table' ? [] : [`--output=${options.output}`];
  return runAnalyze({ program, argv: [...form, ...words], terminal, services, environment }, options);
}

/** The same command, by the same name, on another machine. */
async function runOn(host: Host, { program, argv, environment }: Call): Promise<number> {
  const { runThere } = await import('../remote.ts');
  const there = withoutOption('systemd-analyze', argv, analyzeOptionRows, 'host');
  const name = basename(program) === 'systemd-analyze' ? ['systemd-analyze'] : ['tysctl', 'analyze'];
  return there.ok ? runThere(host, [...name, ...there.value], environment) : 1;
}
