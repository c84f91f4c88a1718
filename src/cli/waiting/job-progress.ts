import type { Invocation } from '../invocation.ts';
import { blockersBefore, type WaitingJob } from './blockers.ts';
import { patienceMs, Progress, realTicker, type Ticker } from './progress.ts';

/**
 * While jobs of these units are waited for that take long, tells in one line of standard error what they wait for in the end, where that
 * is a terminal. Gives what ends it. Who interrupts the command is told that the jobs go on.
 */
export function showJobProgress(invocation: Invocation, units: readonly string[], ticker: Ticker = realTicker): () => void {
  const { terminal, options, environment } = invocation;
  const { errors } = terminal;
  if (errors === undefined || !options.block || options.quiet) return () => undefined;
  const names = new Set(units);
  let own: readonly WaitingJob[] = [];
  const progress = new Progress({
    redraws: errors.canRedraw,
    show: errors.status,
    ticker,
    look: async () => {
      // Not the connection from before: the manager may have been replaced meanwhile.
      const client = await invocation.connect();
      if (!client.ok) return undefined;
      const [jobs, known] = await Promise.all([
        client.value.call('jobs.waiting', {}),
        client.value.call('units.get', { units: [...units] }),
      ]);
      if (!jobs.ok || !known.ok) return undefined;
      for (const unit of known.value) if (unit !== null) names.add(unit.name);
      own = jobs.value.filter(({ unit }) => names.has(unit));
      return own.length === 0 ? undefined : blockersBefore(jobs.value, own);
    },
  });
  const interrupted = (): void => {
    progress.end();
    for (const line of goesOn(invocation, own)) terminal.warn(line);
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

/** What is still to be done though nobody waits for it any more. */
function goesOn({ program, options }: Invocation, jobs: readonly WaitingJob[]): readonly string[] {
  if (jobs.length === 0) return [];
  const tool = `${program}${options.scope === 'user' ? ' --user' : ''}`;
  const which = jobs.map(({ type, unit }) => `the ${type} job of ${unit}`).slice(0, 3);
  const more = jobs.length > which.length ? ` and ${jobs.length - which.length} more` : '';
  const isOne = jobs.length === 1;
  return [
    `Not waited for any more: ${which.join(', ')}${more}. To cancel ${isOne ? 'it' : 'them'}: ${tool} cancel ${jobs.map(({ job }) => job).join(' ')}`,
  ];
}
