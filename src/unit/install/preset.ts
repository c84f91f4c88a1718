import { formOf, instantiate, parseUnitName, templateOf } from '../name.ts';
import type { InstallContext, InstallOptions, InstallPlan } from './context.ts';
import { planEnableAndDisable } from './enable.ts';

/** One line of a preset file (systemd.preset(5)). */
export interface PresetRule {
  readonly action: 'enable' | 'disable' | 'ignore';
  readonly pattern: RegExp;
  /** The pattern as written, for templates whose instances are listed. */
  readonly text: string;
  readonly instances: readonly string[];
}

/** What the preset files say of the units, as a plan; the first line that matches decides, and without one a unit is enabled. */
export function planPreset(
  units: readonly string[],
  mode: 'full' | 'enable-only' | 'disable-only',
  context: InstallContext,
  options: InstallOptions,
): InstallPlan {
  const rules = readPresets(context);
  const enable: string[] = [];
  const disable: string[] = [];
  for (const unit of units) {
    const decided = decide(unit, rules);
    if (decided.action === 'enable' && mode !== 'disable-only') enable.push(...decided.units);
    if (decided.action === 'disable' && mode !== 'enable-only') disable.push(unit);
  }
  return planEnableAndDisable(enable, disable, context, options);
}

/** Whether a unit is enabled by preset, for the column of `list-unit-files`. */
export function presetOf(unit: string, rules: readonly PresetRule[]): PresetRule['action'] {
  return decide(unit, rules).action;
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
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, path]) => decoder.decode(context.files.read(path) ?? new Uint8Array()).split('\n'))
    .flatMap((line) => rule(line) ?? []);
}

function rule(line: string): PresetRule | undefined {
  const [action, pattern, ...instances] = line.trim().split(/\s+/);
  if ((action !== 'enable' && action !== 'disable' && action !== 'ignore') || pattern === undefined) return undefined;
  return { action, pattern: globToRegExp(pattern), text: pattern, instances };
}

function decide(unit: string, rules: readonly PresetRule[]): { readonly action: PresetRule['action']; readonly units: readonly string[] } {
  const parsed = parseUnitName(unit);
  const instance = parsed.ok && formOf(parsed.value) === 'instance' ? (parsed.value.instance ?? '') : undefined;
  const template = templateOf(unit);
  for (const candidate of rules) {
    if (candidate.instances.length === 0) {
      if (candidate.pattern.test(unit)) return { action: candidate.action, units: [unit] };
    } else if (template !== undefined && candidate.pattern.test(template)) {
      if (instance === undefined)
        return { action: candidate.action, units: candidate.instances.flatMap((name) => instantiate(template, name) ?? []) };
      if (candidate.instances.includes(instance)) return { action: candidate.action, units: [unit] };
    }
  }
  return { action: 'enable', units: [unit] };
}

/** fnmatch(3) without flags, as far as unit names need it. */
export function globToRegExp(glob: string): RegExp {
  const body = glob
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replace(/\[!/g, '[^');
  try {
    return new RegExp(`^${body}$`, 's');
  } catch {
    // A bracket that is not closed stands for itself.
    return new RegExp(`^${body.replaceAll('[', '\\[')}$`, 's');
  }
}
