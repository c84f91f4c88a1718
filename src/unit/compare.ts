import type { UnitConfig } from './config.ts';
import { type SettingLine, settingLines } from './setting-lines.ts';
import { type PartName, type Parts, tables } from './settings/parts.ts';

/** What a change of a setting takes to be carried out: nothing more than that files are read, a restart of the unit, or something else altogether. */
export type Takes = 'reload' | 'restart' | 'nothing';

/** A setting that is another than before: values as the lines of a unit file have them, a line for each line; absent where there is none. */
export interface SettingChange {
  readonly setting: string;
  readonly before?: string;
  readonly after?: string;
  readonly takes: Takes;
}

/** The settings of a unit that differ between what was read once and what is read now, each by the name of its directive. */
export function compareSettings(before: UnitConfig, after: UnitConfig): readonly SettingChange[] {
  return partNames.flatMap((part) => comparePart(part, before[part], after[part]));
}

const partNames = Object.keys(tables).filter(isPart);

function isPart(name: string): name is PartName {
  return name in tables;
}

function comparePart<Part extends PartName>(
  part: Part,
  before: Parts[Part] | undefined,
  after: Parts[Part] | undefined,
): readonly SettingChange[] {
  const names = new Set([...namesOf(before), ...namesOf(after)]);
  return [...names].flatMap((property): readonly SettingChange[] => {
    if (keyOf(valueOf(before, property)) === keyOf(valueOf(after, property))) return [];
    const [was, is] = [before, after].map((settings) => byDirective(settings === undefined ? [] : settingLines(part, settings, property)));
    const takes = takesOf(part, property);
    return [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])].flatMap((setting) => {
      const [old, fresh] = [was?.get(setting), is?.get(setting)];
      return old === fresh
        ? []
        : [{ setting, ...(old === undefined ? {} : { before: old }), ...(fresh === undefined ? {} : { after: fresh }), takes }];
    });
  });
}

/** Lines of one directive as one text. */
function byDirective(lines: readonly SettingLine[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [directive, text] of lines) {
    const before = texts.get(directive);
    texts.set(directive, before === undefined ? text : `${before}\n${text}`);
  }
  return texts;
}

/** Own and inherited: what no file says is in the prototype. */
function namesOf(settings: object | undefined): readonly string[] {
  const names: string[] = [];
  for (const name in settings) names.push(name);
  return names;
}

function valueOf(settings: object | undefined, name: string): unknown {
  return settings === undefined ? undefined : Reflect.get(settings, name);
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
