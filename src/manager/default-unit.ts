import { queueJob } from './jobs.ts';
import { log } from './records.ts';
import type { World } from './world.ts';

/** At the very first start nothing is there yet: begin with the default unit. */
export function queueDefault(world: World): void {
  if (world.started) return;
  world.started = true;
  world.dirtyManager = true;
  // A fresh network namespace has its loopback down, and nobody but its init to bring it up.
  if (world.options.init) world.command({ do: 'run', child: world.nextChild(), group: '', plan: [{ op: 'loopback' }] });
  const unit = world.options.config.defaultUnit;
  const refusals: string[] = [];
  for (const [target, mode] of [
    [unit, 'isolate'],
    [unit, 'replace'],
    ['rescue.target', 'replace'],
  ] as const) {
    if (mode === 'isolate' && !world.unit(target).config.unit.AllowIsolate) continue;
    if (target !== unit) log(world, 6, `Falling back to ${target}.`, undefined);
    const queued = queueJob(world, 'start', target, mode, 'boot');
    if (queued.ok) return;
    refusals.push(queued.error.message);
    log(world, 3, `Cannot start ${target}: ${queued.error.message}`, undefined);
  }
  log(world, 0, `There is nothing to start: ${refusals.join(' ')}`, undefined);
}
