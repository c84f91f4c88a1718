import type { Plan } from '../exec/op.ts';
import { idlePipe } from './exec-context.ts';
import type { World } from './world.ts';

/**
 * Makes the pipe on which processes of Type=idle wait (systemd.service(5)), in a child of no unit. It is made when the job is
 * queued, and the job is not carried out before the keeper holds the pipe.
 */
export function holdIdlePipe(world: World): void {
  if (world.idlePipeHeld || world.idlePipeMaker !== undefined) return;
  const plan: Plan = [
    { op: 'pipe', readSlot: 0, writeSlot: 1 },
    { op: 'keep', slot: 0, name: idlePipe },
    { op: 'keep', slot: 1, name: idlePipeWriter },
    { op: 'exit', status: 0 },
  ];
  world.idlePipeMaker = world.nextChild();
  world.dirtyManager = true;
  world.command({ do: 'run', child: world.idlePipeMaker, group: '', plan });
}

/** The child that makes the pipe has ended; without a pipe nobody waits. */
export function idlePipeMade(world: World, isMade: boolean): void {
  world.idlePipeMaker = undefined;
  world.idlePipeHeld = isMade;
  world.dirtyManager = true;
  for (const { type, state, owner } of world.jobs.values()) {
    if (type === 'start' && state === 'waiting' && owner.config.service?.Type === 'idle') world.runQueue.retry(owner.name);
  }
}

/** Lets the waiting processes go, once nothing is queued any more. */
export function releaseIdle(world: World): void {
  if (!world.idlePipeHeld) return;
  world.idlePipeHeld = false;
  world.dirtyManager = true;
  world.command({ do: 'close', name: idlePipe });
  world.command({ do: 'close', name: idlePipeWriter });
}

const idlePipeWriter = `${idlePipe}/writer`;
