import { formatTimespan } from '../base/duration.ts';
import type { UnitConfig } from './config.ts';
import type { PartName } from './settings/parts.ts';
import { tables } from './settings/parts.ts';
import { signalName } from './values/signal.ts';

/** What a change of a setting takes to be carried out: nothing more than that files are read, a restart of the unit, or something else altogether. */
export type Takes = 'reload' | 'restart' | 'nothing';

/** A setting that is another than before; values as text, absent where there is none. */
export interface SettingChange {
  readonly setting: string;
  readonly before?: string;
  readonly after?: string;
  readonly takes: Takes;
}

/** The settings of a unit that differ between what was read once and what is read now. */
export function compareSettings(before: UnitConfig, after: UnitConfig): readonly SettingChange[] {
  return partNames.flatMap((part) => {
    const [old, fresh] = [valuesOf(before, part), valuesOf(after, part)];
    const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
    return names.flatMap((setting): readonly SettingChange[] => {
      if (keyOf(old[setting]) === keyOf(fresh[setting])) return [];
      const [was, is] = [valueText(setting, old[setting]), valueText(setting, fresh[setting])];
      return [
        {
          setting,
          ...(was === '' ? {} : { before: was }),
          ...(is === '' ? {} : { after: is }),
          takes: takesOf(part, setting),
        },
      ];
    });
  });
}

const partNames = Object.keys(tables).filter(isPart);

function isPart(name: string): name is PartName {
  return name in tables;
}

/** Own and inherited: what no file says is in the prototype. */
function valuesOf(config: UnitConfig, part: PartName): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  const settings: object = config[part] ?? {};
  for (const name in settings) found[name] = Reflect.get(settings, name);
  return found;
}

/** The same text for equal values. */
function keyOf(value: unknown): string {
  return JSON.stringify(value, plain) ?? '';
}

/** What JSON does not have. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Map || value instanceof Set) return [...value];
  return value;
}

/** A value about as a line of a unit file has it; '' for none. */
function valueText(name: string, value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(name, value);
  if (Array.isArray(value)) return value.map((item) => valueText(name, item)).join(' ');
  return objectText(value);
}

function numberText(name: string, value: number): string {
  if (value === Infinity) return 'infinity';
  if (name.endsWith('Sec')) return formatTimespan(value);
  if (name.endsWith('Mode') || name === 'UMask') return value.toString(8).padStart(4, '0');
  return name.endsWith('Signal') ? `SIG${signalName(value) ?? value}` : String(value);
}

/** Commands by their words, what has a text or kind by that, all else as JSON. */
function objectText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = new Map(Object.entries(value));
  const argv = fields.get('argv');
  if (Array.isArray(argv)) return [fields.get('path'), ...argv.slice(1)].join(' ');
  const text = fields.get('text') ?? (fields.size === 1 ? fields.get('kind') : undefined);
  return typeof text === 'string' ? text : JSON.stringify(value, plain);
}

/** Part → what its settings take; `only` those of them that take something else. */
function takesOf(part: PartName, setting: string): Takes {
  if (part === 'service') return atOnce.has(setting) ? 'reload' : 'restart';
  return partTakes[part];
}

const partTakes: Readonly<Record<Exclude<PartName, 'service'>, Takes>> = {
  unit: 'reload',
  // What enables a unit is for the next time that somebody does.
  install: 'nothing',
  exec: 'restart',
  // These are looked at when processes are ended, or written to the cgroup when they are read.
  kill: 'reload',
  cgroup: 'reload',
  socket: 'restart',
  timer: 'reload',
  path: 'restart',
  mount: 'restart',
  automount: 'restart',
  swap: 'restart',
  slice: 'reload',
  scope: 'reload',
};

/** Settings of services that are looked at when something ends, stops or reloads. */
const atOnce: ReadonlySet<string> = new Set([
  'ExecReload',
  'ExecReloadPost',
  'ExecStop',
  'ExecStopPost',
  'Restart',
  'RestartSec',
  'RestartSteps',
  'RestartMaxDelaySec',
  'RestartRandomizedDelaySec',
  'RestartMode',
  'RestartPreventExitStatus',
  'RestartForceExitStatus',
  'SuccessExitStatus',
  'TimeoutStopSec',
  'TimeoutAbortSec',
  'TimeoutStopFailureMode',
  'RemainAfterExit',
  'FileDescriptorStorePreserve',
  'OOMPolicy',
  'ReloadSignal',
]);
