import type { Op, Plan } from '../../exec/op.ts';
import type { UnitConfig } from '../../unit/config.ts';
import { pathOfUnit } from '../../unit/name.ts';
import type { AutomountMemory } from './state.ts';

/** The automount point. */
export function pointOf(config: UnitConfig): string {
  const where = config.automount?.Where ?? '';
  return where === '' ? (pathOfUnit(config.name) ?? '') : where;
}

/** The name under which the keeper holds the pipe through which the kernel asks. */
export function pipeOf(config: UnitConfig): string {
  return `automount/${config.name}`;
}

/** Makes the automount point; the keeper has the pipe before the kernel writes into it. */
export function setUpPlan(config: UnitConfig): Plan {
  const { DirectoryMode = 0o755, ExtraOptions = '', TimeoutIdleSec = Infinity } = config.automount ?? {};
  const path = pointOf(config);
  // The kernel counts in seconds.
  const timeoutSec = TimeoutIdleSec === Infinity ? 0 : Math.max(1, Math.ceil(TimeoutIdleSec / 1_000_000));
  return [
    { op: 'umask', mask: 0 },
    { op: 'mkdir-all', path, mode: DirectoryMode, tolerate: true },
    { op: 'pipe', readSlot: 0, writeSlot: 1 },
    { op: 'keep', slot: 0, name: pipeOf(config) },
    { op: 'autofs', slot: 1, path, options: ExtraOptions, timeoutSec },
  ];
}

/** Lets go whoever waits, and takes the point away with all that is mounted on it. */
export function takeAwayPlan(config: UnitConfig, { device, tokens, expiries }: AutomountMemory): Plan {
  return [...answers(config, device, [...tokens, ...expiries], EHOSTDOWN), { op: 'unmount', path: pointOf(config), tolerate: true }];
}

/** Tells the kernel how it went: `error` is 0 or an errno. */
export function answers(config: UnitConfig, device: number, tokens: readonly number[], error: number): readonly Op[] {
  return tokens.map((token): Op => ({ op: 'autofs-answer', path: pointOf(config), device, token, error, tolerate: true }));
}

export const ENODEV = 19;
export const EHOSTDOWN = 112;
