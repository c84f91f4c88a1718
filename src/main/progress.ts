import type { Blocker } from '../cli/waiting/blockers.ts';
import { Progress, realTicker } from '../cli/waiting/progress.ts';
import type { Manager } from '../manager/manager.ts';
import type { ConsolePrinter } from './console.ts';

/** Says on the console what jobs wait for while that takes long, at boot, at shutdown and in between. */
export function showProgress(manager: Manager, console: ConsolePrinter): void {
  const look = async (): Promise<readonly Blocker[]> => {
    if (!console.showsStatus()) return [];
    const { blockersOf } = await import('../cli/waiting/blockers.ts');
    return blockersOf(manager.waiting());
  };
  const progress = new Progress({
    look,
    show: console.progress,
    redraws: console.redraws,
    width: console.progressWidth,
    ticker: realTicker,
  });
  manager.subscribe((change) => {
    if (change.change === 'job-new') progress.begin();
  });
  // Jobs may be there already; who asks now would keep the manager from its units.
  progress.begin();
}
