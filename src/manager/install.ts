import { err, ok, type Result } from '../base/result.ts';
import type { Files } from '../port/files.ts';
import type { InstallContext, InstallOptions, LinkChange } from '../unit/install/context.ts';
import { defaultTarget, planSetDefault } from '../unit/install/default-target.ts';
import { planDisable, planReenable } from '../unit/install/disable.ts';
import { planAddDependency, planEnable } from '../unit/install/enable.ts';
import { planLink } from '../unit/install/link.ts';
import { directoryOf } from '../unit/install/link-path.ts';
import { planMask, planUnmask } from '../unit/install/mask.ts';
import type { InstallPlan } from '../unit/install/plan.ts';
import { errnoText, type InstallProblem } from '../unit/install/problem.ts';
import { planPreset, planPresetAll, type PresetMode, presetOf, type PresetRule, readPresets } from '../unit/install/preset.ts';
import type { GlobalPlaces } from './install-context.ts';
import type { InstallFailure, InstallFlags, InstallOutcome, InstallAction } from '../unit/install/request.ts';
import { planRevert } from '../unit/install/revert.ts';
import { InstallLinks } from '../unit/install/state.ts';
import type { UnitFile, UnitFileState } from '../unit/install/unit-file.ts';
import { isUnitName, unitTypeOf, unitTypes } from '../unit/name.ts';

/** The unit files' links and presets at one moment. */
interface Picture {
  readonly links: InstallLinks;
  readonly presets: readonly PresetRule[];
}

/** Carries out what unit/install plans: the links behind enable, mask and their kin. Satisfies api/install.ts. */
export class InstallService {
  readonly #context: InstallContext;
  readonly #files: Files;
  /** Where `--global` makes its links: for the users of this machine. */
  readonly #globalPlaces: GlobalPlaces;
  #picture: Picture | undefined;

  constructor(context: InstallContext, files: Files, globalPlaces: GlobalPlaces) {
    this.#context = context;
    this.#files = files;
    this.#globalPlaces = globalPlaces;
  }

  apply(action: InstallAction, units: readonly string[], flags: InstallFlags): Result<InstallOutcome, InstallFailure> {
    const context = flags.global === true ? { ...this.#context, ...this.#globalPlaces } : this.#context;
    const chosen: InstallOptions = { runtime: flags.runtime ?? false, force: flags.force ?? false };
    const plan = planners[action](units, context, chosen, flags.presetMode ?? 'full');
    this.#picture = undefined;
    // Links that can be made are made even where others cannot; the problems decide over the outcome.
    try {
      for (const change of plan.changes) this.#carryOut(change, context);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return err({ code: 'failed', message, errno: message, records: [] });
    }
    const [problem] = plan.problems;
    const { changes, records } = plan;
    if (problem !== undefined) {
      // As on systemd's bus, one reason is told, the first.
      const { message } = problem;
      return err({ code: codes[problem.code], message, errno: errnoText(records.includes(problem) ? problem.code : 'EINVAL'), records });
    }
    return ok({ changes, records, hasInstallInfo: plan.hasInstallSettings });
  }

  state(unit: string): UnitFileState | undefined {
    const state = this.stateOrErrno(unit);
    return state.ok ? state.value : undefined;
  }

  stateOrErrno(unit: string): Result<UnitFileState, string> {
    if (!isUnitName(unit)) return err(errnoText('EINVAL'));
    const state = this.#look().links.stateOf(unit);
    return state.ok ? state : err(errnoText(state.error.code));
  }

  links(unit: string, flags: InstallFlags): readonly string[] {
    const context = flags.global === true ? { ...this.#context, ...this.#globalPlaces } : this.#context;
    const plan = planDisable([unit], context, { runtime: flags.runtime ?? false, force: false });
    return plan.changes.flatMap(({ change, path }) => (change === 'unlink' ? [path] : []));
  }

  /** What the preset files say of a unit file, by its own name. */
  preset(file: string): 'enabled' | 'disabled' | undefined {
    const action = presetOf(file, this.#look().presets);
    return action === 'ignore' ? undefined : presetWords[action];
  }

  list(): readonly UnitFile[] {
    const paths = new Map<string, string>();
    for (const directory of this.#context.searchPath) {
      for (const name of this.#files.list(directory)) {
        if (isUnitName(name) && !paths.has(name) && listed.has(this.#files.stat(`${directory}/${name}`).kind))
          paths.set(name, `${directory}/${name}`);
      }
    }
    const { presets: rules, links } = this.#look();
    return [...paths]
      .map(([name, path]): UnitFile => {
        const found = links.stateOf(name);
        const state = found.ok ? found.value : 'bad';
        const preset = withoutPreset.has(state) ? 'ignore' : presetOf(name, rules);
        return { name, path, state, ...(preset === 'ignore' ? {} : { preset: presetWords[preset] }) };
      })
      .toSorted((a, b) => typeRank(a.name) - typeRank(b.name) || (a.name < b.name ? -1 : 1));
  }

  defaultTarget(): Result<string, InstallFailure> {
    const target = defaultTarget(this.#context);
    return target.ok
      ? target
      : err({ code: codes[target.error.code], message: errnoText(target.error.code), errno: errnoText(target.error.code), records: [] });
  }

  /** Reads the directories, once for all that is asked without a pause: `show` asks for every unit. */
  #look(): Picture {
    if (this.#picture === undefined) {
      this.#picture = { links: new InstallLinks(this.#context), presets: readPresets(this.#context) };
      queueMicrotask(() => (this.#picture = undefined));
    }
    return this.#picture;
  }

  #carryOut(change: LinkChange, context: InstallContext): void {
    if (change.change === 'symlink') return this.#files.symlink(change.target, change.path);
    if (this.#files.stat(change.path).kind === 'directory') return this.#files.rmdir(change.path);
    this.#files.unlink(change.path);
    // A directory of links that has become empty goes too, but never one of the search path.
    const directory = directoryOf(change.path);
    if (
      /\.(wants|requires|upholds)$/.test(directory) &&
      !context.searchPath.includes(directory) &&
      this.#files.list(directory).length === 0
    )
      this.#files.rmdir(directory);
  }
}

type Planner = (units: readonly string[], context: InstallContext, options: InstallOptions, mode: PresetMode) => InstallPlan;

const planners: Readonly<Record<InstallAction, Planner>> = {
  enable: planEnable,
  disable: planDisable,
  reenable: planReenable,
  preset: (units, context, options, mode) => planPreset(units, mode, context, options),
  'preset-all': (_, context, options, mode) => planPresetAll(mode, context, options),
  mask: planMask,
  unmask: planUnmask,
  link: planLink,
  revert: (units, context) => planRevert(units, context),
  'add-wants': ([target = '', ...units], context, options) => planAddDependency(target, units, 'wants', context, options),
  'add-requires': ([target = '', ...units], context, options) => planAddDependency(target, units, 'requires', context, options),
  'set-default': ([target = ''], context) => planSetDefault(target, context),
};

const listed: ReadonlySet<string> = new Set(['file', 'symlink']);

/** States of which a preset would change nothing. */
const withoutPreset: ReadonlySet<UnitFileState> = new Set(['static', 'alias', 'generated', 'transient']);

const presetWords = { enable: 'enabled', disable: 'disabled' } as const;

const codes: Readonly<Record<InstallProblem['code'], InstallFailure['code']>> = {
  ENOENT: 'no-such-unit',
  ERFKILL: 'masked',
  EEXIST: 'exists',
  EUCLEAN: 'bad-name',
  EINVAL: 'invalid',
  EBADSLT: 'invalid',
  EISDIR: 'invalid',
  EADDRNOTAVAIL: 'invalid',
  ENOLINK: 'failed',
  ELOOP: 'failed',
  EXDEV: 'failed',
  EIDRM: 'failed',
  ETXTBSY: 'failed',
};

function typeRank(name: string): number {
  const type = unitTypeOf(name);
  return type === undefined ? unitTypes.length : unitTypes.indexOf(type);
}
