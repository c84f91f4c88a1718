import type { Invocation } from '../invocation.ts';
import { expandNames } from '../names.ts';
import { listForm, renderJson } from '../output/json.ts';
import { gatherFacts, type WhyFacts } from '../why/facts.ts';
import { adviceLines, whyLines, type Page } from '../why/lines.ts';

/** `why`: for each of these units what brought it into its state, back to who asked for it; 4 where there is no such unit. */
export async function runWhy(invocation: Invocation): Promise<number> {
  const { words, options, terminal, program } = invocation;
  const connected = await invocation.connect();
  if (!connected.ok) {
    terminal.warn(connected.error);
    return 1;
  }
  const names = await expandNames(invocation, connected.value, words);
  if (names === undefined) return 1;
  const page: Page = {
    style: terminal.style,
    width: terminal.width,
    nowUsec: Date.now() * 1000,
    program: `${program}${options.scope === 'user' ? ' --user' : ''}`,
  };
  const form = listForm(options.output);
  const all: WhyFacts[] = [];
  for (const name of names) {
    const facts = await gatherFacts(invocation, connected.value, name);
    if (typeof facts === 'string') {
      terminal.warn(facts);
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
function told({ unit, fileState, chain, starters, job, blockers, near }: WhyFacts): unknown {
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
    near,
  };
}

/** Of a unit that has failed. */
async function lastWords({ services, options, connect }: Invocation, { unit }: WhyFacts): Promise<readonly string[]> {
  const client = await connect();
  const info = client.ok ? await client.value.call('manager.info', {}) : undefined;
  const lines = options.lines ?? 5;
  if (unit.active !== 'failed' || info?.ok !== true || lines === 0) return [];
  const { runtimeDirectory, stateDirectory } = info.value;
  const log = await services.recentLogs({ runtimeDirectory, stateDirectory, unit: unit.name, lines, sinceUsec: 0, output: '' });
  return log.length === 0 ? [] : ['  Its last words:', ...log.map((line) => `    ${line}`)];
}
