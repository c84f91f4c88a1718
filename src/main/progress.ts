import type { Manager } from '../manager/manager.ts';
import type { ConsolePrinter } from './console.ts';

/** What takes less is not told, as on systemd's console. */
const patienceMs = 5000;
/** On a terminal the line is renewed each second; elsewhere each is a line of its own, so they come later and later. */
const renewMs = 1000;
const mostMs = 60_000;

/** Says on the console what jobs wait for while that takes long, at boot, at shutdown and in between. */
export function showProgress(manager: Manager, console: ConsolePrinter, isTerminal: boolean): void {
  let timer: NodeJS.Timeout | undefined;
  let turn = 0;
  let pauseMs = patienceMs;

  async function tell(): Promise<void> {
    const { blockersOf } = await import('../cli/waiting/blockers.ts');
    const { progressLine } = await import('../cli/waiting/lines.ts');
    const blockers = blockersOf(manager.waiting());
    timer = undefined;
    if (blockers.length === 0) return console.progress(undefined);
    // One after the other, each for a while.
    const index = Math.floor(turn / (isTerminal ? 3 : 1)) % blockers.length;
    const blocker = blockers[index];
    turn += 1;
    if (blocker !== undefined) console.progress(progressLine(blocker, { index, of: blockers.length }, Date.now() * 1000));
    pauseMs = isTerminal ? renewMs : Math.min(mostMs, pauseMs * 2);
    wait(pauseMs);
  }

  function wait(ms: number): void {
    timer = setTimeout(() => void tell(), ms);
    timer.unref();
  }

  function begin(): void {
    if (timer !== undefined) return;
    turn = 0;
    pauseMs = patienceMs;
    wait(patienceMs);
  }

  manager.subscribe((change) => {
    if (change.change === 'job-new') begin();
  });
  // Jobs may be there already; who asks now would keep the manager from its units.
  begin();
}
