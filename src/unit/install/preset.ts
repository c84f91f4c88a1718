import { globPattern } from '../../base/glob.ts';
import { formOf, instantiate, parseUnitName, templateOf } from '../name.ts';
import type { InstallContext, InstallOptions } from './context.ts';
import { disableAll } from './disable.ts';
import { applyAll } from './enable.ts';
import { findUnitFile } from './find.ts';
import { InstallOperation, type InstallUnit } from './operation.ts';
import type { InstallPlan } from './plan.ts';
import { problem, type ProblemCode } from './problem.ts';

/** Which half of what the preset files say is carried out. */
export type PresetMode = 'full' | 'enable-only' | 'disable-only';

/** One line of a preset file (systemd.preset(5)). */
export interface PresetRule {
  readonly action: 'enable' | 'disable' | 'ignore';
  readonly pattern: RegExp;
  readonly instances: readonly string[];
}

/** Plans `preset`: enables and disables the units as the preset files say; aliases are left alone. */
export function planPreset(units: readonly string[], mode: PresetMode, context: InstallContext, options: InstallOptions): InstallPlan {
  return plan(units, mode, context, options, new Set());
}

/** Plans `preset-all`: the same for every unit file that there is, past those that cannot be enabled or disabled. */
export function planPresetAll(mode: PresetMode, context: InstallContext, options: InstallOptions): InstallPlan {
  const units = new Set(context.searchPath.flatMap((directory) => context.files.list(directory).filter((name) => parseUnitName(name).ok)));
  return plan([...units], mode, context, options, passedOver);
}

/** What `preset-all` does not stop at. */
const passedOver: ReadonlySet<ProblemCode> = new Set(['EEXIST', 'ERFKILL', 'EADDRNOTAVAIL', 'ENOENT', 'EXDEV', 'ELOOP', 'EINVAL']);

function plan(
  units: readonly string[],
  mode: PresetMode,
  context: InstallContext,
  options: InstallOptions,
  passOver: ReadonlySet<ProblemCode>,
): InstallPlan {
  const operation = new InstallOperation(context, options);
  const rules = readPresets(context);
  const enable: InstallUnit[] = [];
  const disable: string[] = [];
  for (const unit of units) {
    const found = findUnitFile(unit, operation.view, context);
    if (found.ok && found.value.name !== unit) continue;
    const decided = decide(unit, rules);
    const usable = decided.action === 'enable' ? decided.units.map((name) => operation.discoverUsable(name)) : [];
    const failed = found.ok ? usable.find((result) => !result.ok) : { ok: false as const, error: problem(found.error, unit) };
    if (failed !== undefined && !failed.ok) {
      if (passOver.has(failed.error.code)) {
        operation.records.push(failed.error);
        // What is masked is told once more when its turn comes to be enabled.
        if (failed.error.code === 'ERFKILL') enable.push(...decided.units.flatMap((name) => discovered(operation, name)));
        continue;
      }
      operation.fail(failed.error);
      // A link that was severed is told, but the others need not wait for it.
      if (passOver.size > 0 && failed.error.code === 'ENOLINK') continue;
      return operation.plan();
    }
    enable.push(...usable.flatMap((result) => (result.ok ? [result.value] : [])));
    if (decided.action === 'disable') disable.push(unit);
  }
  if (mode !== 'enable-only') disableAll(operation, disable, { also: false });
  if (mode !== 'disable-only') applyAll(operation, enable, { isPreset: true });
  return operation.plan();
}

function discovered(operation: InstallOperation, name: string): readonly InstallUnit[] {
  const found = operation.discover(name);
  return found.ok ? [found.value] : [];
}

/**
 * What lists say of a unit: the first line that matches; without one a unit is enabled. Lines that name instances of a
 * template count only where the units are enabled or disabled (`decide`).
 */
export function presetOf(unit: string, rules: readonly PresetRule[]): PresetRule['action'] {
  return rules.find(({ pattern }) => pattern.test(unit))?.action ?? 'enable';
}

/** All lines of all preset files: by file name, the first directory that has the name wins. */
export function readPresets(context: InstallContext): readonly PresetRule[] {
  const files = new Map<string, string>();
  for (const directory of context.presetDirectories) {
    for (const name of context.files.list(directory))
      if (name.endsWith('.preset') && !files.has(name)) files.set(name, `${directory}/${name}`);
  }
  const decoder = new TextDecoder();
  return [...files]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, path]) => decoder.decode(context.files.read(path) ?? new Uint8Array()).split('\n'))
    .flatMap((line) => ruleOf(line) ?? []);
}

function ruleOf(line: string): PresetRule | undefined {
  const [action, pattern, ...instances] = line.trim().split(/\s+/);
  if ((action !== 'enable' && action !== 'disable' && action !== 'ignore') || pattern === undefined) return undefined;
  return { action, pattern: globPattern(pattern, { escapes: false }), instances };
}

function decide(unit: string, rules: readonly PresetRule[]): { readonly action: PresetRule['action']; readonly units: readonly string[] } {
  const parsed = parseUnitName(unit);
  const form = parsed.ok ? formOf(parsed.value) : 'plain';
  const template = templateOf(unit) ?? '';
  for (const rule of rules) {
    if (rule.action === 'enable' && rule.instances.length > 0 && form !== 'plain' && rule.pattern.test(template)) {
      const instances = rule.instances.flatMap((name) => instantiate(template, name) ?? []);
      if (form === 'template') return { action: 'enable', units: instances };
      if (instances.includes(unit)) return { action: 'enable', units: [unit] };
    }
    if (rule.pattern.test(unit)) return { action: rule.action, units: [unit] };
  }
  return { action: 'enable', units: [unit] };
}
