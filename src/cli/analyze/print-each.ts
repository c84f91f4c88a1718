import type { AnalyzeCall } from './call.ts';
import { printJson } from './json.ts';

/** What is said of one word: lines of output and the same as a record with times in microseconds, or what is wrong with it. */
export type Printed =
  | { readonly lines: readonly string[]; readonly record: Readonly<Record<string, unknown>> }
  | { readonly problem: readonly string[] };

/** Prints what there is to say of each word, with an empty line between two of them; 1 where a word was wrong, which may end it. */
export function printEach({ words, terminal, options }: AnalyzeCall, describe: (word: string) => Printed, goesOn: boolean): number {
  let status = 0;
  const records: Readonly<Record<string, unknown>>[] = [];
  for (const [index, word] of words.entries()) {
    const printed = describe(word);
    if ('problem' in printed) {
      const [sentence = '', ...hints] = printed.problem;
      terminal.fail(sentence);
      for (const hint of hints) terminal.note(hint);
      status = 1;
      if (!goesOn) break;
    } else if (options.json === undefined) for (const line of printed.lines) terminal.print(line);
    else records.push(printed.record);
    if (index < words.length - 1 && options.json === undefined) terminal.print('');
  }
  if (options.json !== undefined) printJson(terminal, records, options.json);
  return status;
}

/** What errno(3) calls the trouble with a value. */
export function errorText({ kind }: { readonly kind?: string }): string {
  return kind === 'range' ? 'Numerical result out of range' : 'Invalid argument';
}
