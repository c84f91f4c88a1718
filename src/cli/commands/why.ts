import type { Invocation } from '../invocation.ts';
import { expandNames } from '../names.ts';
import { ownLog } from '../output/own-log.ts';
import { cutLogLine } from '../output/wrap.ts';
import { listForm, renderJson } from '../output/json.ts';
import { culpritOf } from '../why/culprit.ts';
import { gatherFacts, type WhyFacts } from '../why/facts.ts';
import { adviceLines, whyLines, type Page } from '../why/lines.ts';
import { sameManager } from '../output/same-manager.ts';

/** `why`: for each of these units what brought it into its state, back to who asked for it; 4 where there is no such unit. */
export async function runWhy(invocation: Invocation): Promise<number> {
  const { words, options, terminal, program } = invocation;
  const connected = await invocation.connect();
  if (!connected.ok) {
    terminal.fail(connected.error);
    return 1;
  }
  const names = await expandNames(invocation, connected.value, words);
  if (names === undefined) return 1;
  const page: Page = {
    style: terminal.style,
    width: terminal.width,
    nowUsec: Date.now() * 1000,
    program: `${program}${sameManager(options)}`,
  };
  const form = listForm(options.output);
  const all: WhyFacts[] = [];
  for (const name of names) {
    const facts = await gatherFacts(invocation, connected.value, name);
    if (typeof facts === 'string') {
      terminal.fail(facts);
      return 1;
    }
    all.push(facts);
  }
  if (form !== 'table') terminal.print(renderJson(all.map(told), form));
  else
    for (const [index, facts] of all.entries()) {
      if (index > 0) terminal.print('');
      for (const line of whyLines(facts, page)) terminal.print(line);
      for (const line of await lastWords(invocation, facts)) terminal.print(line);
      for (const line of adviceLines(facts, page)) terminal.print(line);
    }
  return all.some(({ unit }) => unit.load === 'not-found' && unit.active === 'inactive') ? 4 : 0;
}

/** As JSON, the facts without what other commands tell. */
function told({ unit, fileState, chain, starters, job, blockers, wrong, near }: WhyFacts): unknown {
  const { name, load, loadReason, active, sub, result, sinceUsec, unmetConditions, unmetAsserts } = unit;
  return {
    unit: name,
    load,
    ...(loadReason === undefined ? {} : { loadReason }),
    active,
    sub,
    result,
    sinceUsec,
    fileState,
    ...(unmetConditions === undefined ? {} : { unmetConditions }),
    ...(unmetAsserts === undefined ? {} : { unmetAsserts }),
    chain,
    starters,
    ...(job === undefined ? {} : { job, blockers: blockers.map((blocker) => blocker.job) }),
    ...(wrong.length === 0 ? {} : { wrong }),
    near,
  };
}

/** What the processes wrote whose failure is to blame. */
async function lastWords(invocation: Invocation, { unit, chain }: WhyFacts): Promise<readonly string[]> {
  const { terminal } = invocation;
  const culprit = culpritOf(unit.name, chain) ?? (unit.active === 'failed' ? { unit: unit.name } : undefined);
  const log = culprit === undefined ? [] : await ownLog(invocation, culprit, invocation.options.lines ?? 5);
  if (log.length === 0) return [];
  return [
    culprit?.unit === unit.name ? '  Its last words:' : `  The last words of ${culprit?.unit ?? ''}:`,
    ...log.map((line) => cutLogLine(`    ${line}`, terminal.width, terminal.style.glyphs.ellipsis)),
  ];
}
