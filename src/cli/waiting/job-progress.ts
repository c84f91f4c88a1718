import type { Client } from '../../api/client.ts';
import type { Answer } from '../../api/contract.ts';
import { visibleText } from '../../base/visible-text.ts';
import type { Invocation } from '../invocation.ts';
import { blockersBefore, type WaitingJob } from './blockers.ts';
import type { RunningUnit } from './lines.ts';
import { redrawnWidth } from '../output/redrawn-line.ts';
import { patienceMs, Progress, realTicker } from './progress.ts';
import { sameManager } from '../output/same-manager.ts';

type UnitInfo = NonNullable<Answer<'units.get'>[number]>;

/**
 * While jobs of these units are waited for that take long, tells in one line of standard error what they wait for in the end, where that
 * is a terminal; with `untilEnd` also what the units do until they have ended. Gives what ends it. Who interrupts the command is told
 * what goes on.
 */
export function showJobProgress(
  invocation: Invocation,
  units: readonly string[],
  { untilEnd = false }: { readonly untilEnd?: boolean } = {},
): () => void {
  const { terminal, options, environment } = invocation;
  const { errors } = terminal;
  if (errors === undefined || !options.block || options.quiet) return () => undefined;
  const names = new Set(units);
  let own: readonly WaitingJob[] = [];
  let running: readonly UnitInfo[] = [];
  const progress = new Progress({
    redraws: errors.canRedraw,
    show: errors.status,
    width: () => (errors.canRedraw ? redrawnWidth(errors.width) : undefined),
    ticker: realTicker,
    look: async () => {
      // Not the connection from before: the manager may have been replaced meanwhile.
      const client = await invocation.connect();
      if (!client.ok) return undefined;
      const [jobs, known] = await Promise.all([
        client.value.call('jobs.waiting', {}),
        client.value.call('units.get', { units: [...units] }),
      ]);
      if (!jobs.ok || !known.ok) return undefined;
      const found = known.value.filter((unit) => unit !== null);
      for (const unit of found) names.add(unit.name);
      own = jobs.value.filter(({ unit }) => names.has(unit));
      running = untilEnd && own.length === 0 ? found.filter(({ active }) => active !== 'inactive' && active !== 'failed') : [];
      if (own.length > 0) return blockersBefore(jobs.value, own);
      return running.length === 0 ? undefined : Promise.all(running.map((unit) => runningUnit(client.value, unit)));
    },
  });
  const interrupted = (): void => {
    progress.end();
    for (const line of goesOn(invocation, own, running)) terminal.note(line);
    process.kill(process.pid, 'SIGINT');
  };
  process.once('SIGINT', interrupted);
  // The front has been patient already.
  progress.begin(environment['TYSD_WAITED'] === '1' ? 0 : patienceMs);
  return () => {
    process.off('SIGINT', interrupted);
    progress.end();
  };
}

async function runningUnit(
  client: Client,
  { name, description, sinceUsec, mainPid, sub, statusText = '' }: UnitInfo,
): Promise<RunningUnit> {
  const told = await client.call('units.properties', { units: [name] });
  const limit = told.ok ? told.value[0]?.['RuntimeMaxUSec'] : undefined;
  const does = statusText === '' ? sub : `${sub}: ${visibleText(statusText)}`;
  return {
    title: description === name ? name : `${name} - ${description}`,
    sinceUsec,
    limit: limit === 'infinity' ? undefined : limit,
    now: mainPid === undefined ? does : `${does} (process ${mainPid})`,
  };
}

/** What is still to be done though nobody waits for it any more. */
function goesOn(invocation: Invocation, jobs: readonly WaitingJob[], running: readonly UnitInfo[]): readonly string[] {
  if (jobs.length > 0) {
    const whose = jobs.map(({ type, unit }) => `the ${type} job of ${unit}`);
    return [notWaited(invocation, whose, ['cancel', ...jobs.map(({ job }) => String(job))])];
  }
  if (running.length === 0) return [];
  const names = running.map(({ name }) => name);
  return [
    notWaited(
      invocation,
      names.map((name) => `the end of ${name}`),
      ['stop', ...names],
    ),
  ];
}

function notWaited({ program, options }: Invocation, things: readonly string[], [verb = '', ...words]: readonly string[]): string {
  const tool = `${program}${sameManager(options)}`;
  const which = things.slice(0, 3).join(', ');
  const more = things.length > 3 ? ` and ${things.length - 3} more` : '';
  return `Not waited for any more: ${which}${more}. To ${verb} ${things.length === 1 ? 'it' : 'them'}: ${tool} ${verb} ${words.join(' ')}`;
}
