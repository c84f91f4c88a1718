import type { Stamp } from '../port/keeper.ts';
import type { World } from './world.ts';

/** Moments of the manager's very first start, which the managers after it know too; and when unit files were read afresh last. */
export interface BootStages {
  readonly generatorsStart?: Stamp;
  readonly generatorsFinish?: Stamp;
  /** The directories of unit files are opened. */
  readonly unitsLoadStart?: Stamp;
  /** All that the default unit needs is loaded and queued. */
  readonly unitsLoadFinish?: Stamp;
  readonly unitsLoad?: Stamp;
}

/** Remembers that a stage was reached now, by the clock: a turn may be long. */
export function reachStage(world: World, stage: keyof BootStages): void {
  world.stages = { ...world.stages, [stage]: world.options.clock.now() };
  world.dirtyManager = true;
}

/** What was before process 1 of a machine: nothing where tysd is in a container or beside another init. */
export function timesBefore(
  { init, container, scope, files }: Pick<World['options'], 'init' | 'container' | 'scope' | 'files'>,
  startedAt: Stamp,
): { readonly firmware?: Stamp; readonly loader?: Stamp; readonly kernel?: Stamp } {
  if (!init || container || scope === 'user') return {};
  const kernel = { monotonicUsec: 0, realtimeUsec: startedAt.realtimeUsec - startedAt.monotonicUsec };
  const [began, left] = ['LoaderTimeInitUSec', 'LoaderTimeExecUSec'].map((name) => loaderTime(files, name));
  if (began === undefined || left === undefined || left === 0 || began > left) return { kernel };
  // As the firmware counts from when the machine was switched on, these are how long before the kernel it was.
  const before = (usec: number): Stamp => ({ monotonicUsec: usec, realtimeUsec: kernel.realtimeUsec - usec });
  return { firmware: before(left), loader: before(left - began), kernel };
}

/** What a boot loader leaves in a variable of the firmware (the Boot Loader Interface): a number as UTF-16 text, behind four bytes of attributes. */
function loaderTime(files: World['options']['files'], name: string): number | undefined {
  const bytes = files.read(`/sys/firmware/efi/efivars/${name}-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f`, 128);
  if (bytes === undefined) return undefined;
  const text = new TextDecoder('utf-16le').decode(bytes.subarray(4)).replace(/\0+$/, '');
  const usec = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  // Firmwares that count wrong say absurd things; an hour is more than any takes.
  return usec > 0 && usec <= LONGEST_USEC ? usec : undefined;
}

const LONGEST_USEC = 3_600_000_000;
