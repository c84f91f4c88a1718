import { explain, type Explanation } from '../../api/explain.ts';
import type { Invocation } from '../invocation.ts';
import { listForm, renderJson } from '../output/json.ts';
import { printTable } from '../output/table.ts';
import type { Style } from '../output/terminal.ts';
import { wrapped } from '../output/wrap.ts';

/** `explain`: what directives mean, what may stand there, and what tysd makes of them; of a section, all its directives. 1 where a word is neither. */
export async function runExplain(invocation: Invocation): Promise<number> {
  const { words, options, terminal, program } = invocation;
  const form = listForm(options.output);
  const found: Explanation[] = [];
  let status = 0;
  for (const word of words) {
    const explained = explain(word);
    if (explained.is === 'nothing') {
      terminal.fail(`${word} is no directive of unit files.${explained.near === undefined ? '' : ` Did you mean ${explained.near}?`}`);
      status = 1;
      continue;
    }
    const isFirst = found.length === 0;
    found.push(...explained.explanations);
    if (form !== 'table') continue;
    if (!isFirst) terminal.print('');
    if (explained.is === 'section') await printSection(invocation, explained.section, explained.explanations);
    else {
      for (const line of explained.explanations.flatMap((each, index) => linesOf(each, index > 0, terminal))) terminal.print(line);
      if (explained.section !== undefined) {
        terminal.print('');
        terminal.print(`[${explained.section}] is a section, too: ${program} explain '[${explained.section}]' lists what stands in it.`);
      }
    }
  }
  if (form !== 'table' && found.length > 0) terminal.print(renderJson(found, form));
  return status;
}

async function printSection({ terminal }: Invocation, section: string, explanations: readonly Explanation[]): Promise<void> {
  terminal.print(terminal.style.bold(`[${section}]`));
  const rows = explanations.map(({ directive, here, meaning }) => [`${directive}=`, here === 'carried out' ? '' : here, meaning]);
  printTable(terminal, { header: undefined, rows });
}

function linesOf(
  explanation: Explanation,
  isNext: boolean,
  { style, width }: { readonly style: Style; readonly width: number | undefined },
): readonly string[] {
  const { directive, sections, meaning, values, default: usual, repeats, since, page } = explanation;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Values', values],
    ['Default', usual],
    ['Repeats', repeats],
    ['Since', since === undefined ? undefined : since <= 183 ? 'systemd 183 or before' : `systemd ${since}`],
    ['Here', hereText(explanation)],
    ['Manual', page],
  ];
  return [
    ...(isNext ? [''] : []),
    `${style.bold(`${directive}=`)} in ${sections.map((section) => `[${section}]`).join(', ')}`,
    '',
    `  ${meaning}`,
    '',
    ...rows.flatMap(([label, text]) => (text === undefined ? [] : [`  ${label.padEnd(8)} ${text}`])),
  ].flatMap((line) => wrapped(line, width, line.startsWith('  ') && /^ {2}\w+ {1,}/.test(line) && line !== `  ${meaning}` ? 11 : 2));
}

function hereText({ here, reason, means = [] }: Explanation): string {
  if (here === 'other spelling') return `another spelling of ${means.map((name) => `${name}=`).join(' and ')}`;
  return reason === undefined ? here : `${here}: ${reason}`;
}
