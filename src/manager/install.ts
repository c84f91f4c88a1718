import { err, ok, type Result } from '../base/result.ts';
import type { Files } from '../port/files.ts';
import { planAddDependency, planDisable, planEnable, planReenable } from '../unit/install/enable.ts';
import {
  targetDirectory,
  type InstallContext,
  type InstallOptions,
  type InstallPlan,
  type InstallProblem,
} from '../unit/install/context.ts';
import { defaultTarget, planLink, planMask, planRevert, planSetDefault, planUnmask } from '../unit/install/mask.ts';
import { planPreset, presetOf, readPresets } from '../unit/install/preset.ts';
import { unitFileState, type UnitFileState } from '../unit/install/state.ts';
import { isUnitName, unitTypeOf, unitTypes } from '../unit/name.ts';

type Operation =
  | 'enable'
  | 'disable'
  | 'reenable'
  | 'preset'
  | 'preset-all'
  | 'mask'
  | 'unmask'
  | 'link'
  | 'revert'
  | 'add-wants'
  | 'add-requires'
  | 'set-default';

interface Options {
  readonly runtime?: boolean;
  readonly force?: boolean;
  readonly global?: boolean;
  readonly presetMode?: 'full' | 'enable-only' | 'disable-only';
}

interface Outcome {
  readonly changes: InstallPlan['changes'];
  readonly messages: readonly string[];
  readonly hasInstallInfo: boolean;
}

interface Failure {
  readonly code: 'no-such-unit' | 'masked' | 'exists' | 'bad-name' | 'invalid' | 'failed';
  readonly message: string;
}

interface UnitFile {
  readonly name: string;
  readonly path: string;
  readonly state: Exclude<UnitFileState, 'not-found'>;
  readonly preset?: 'enabled' | 'disabled';
}

/** Carries out what unit/install plans: the links behind enable, mask and their kin. Satisfies api/install.ts. */
export class InstallService {
  readonly #context: InstallContext;
  readonly #files: Files;
  /** Where `--global` makes its links: for the users of this machine. */
  readonly #globalDirectory: string;

  constructor(context: InstallContext, files: Files, globalDirectory: string) {
    this.#context = context;
    this.#files = files;
    this.#globalDirectory = globalDirectory;
  }

  apply(operation: Operation, units: readonly string[], options: Options): Result<Outcome, Failure> {
    const context = options.global === true ? { ...this.#context, persistentDirectory: this.#globalDirectory } : this.#context;
    const chosen: InstallOptions = { runtime: options.runtime ?? false, force: options.force ?? false };
    const plan = planners[operation](units, context, chosen, options.presetMode ?? 'full', () => this.list().map((file) => file.name));
    // Units whose links can be made get them, as in systemctl; the first problem decides over the outcome.
    try {
      for (const change of plan.changes) {
        if (change.change === 'symlink') this.#files.symlink(change.target, change.path);
        else this.#unlink(change.path, targetDirectory(context, chosen));
      }
    } catch (error) {
      return err({ code: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
    const problem = plan.problems[0];
    if (problem !== undefined) return err({ code: codes[problem.code], message: plan.problems.map((each) => each.message).join('\n') });
    return ok({ changes: plan.changes, messages: plan.notes, hasInstallInfo: plan.hasInstallSettings });
  }

  state(unit: string): Exclude<UnitFileState, 'not-found'> | undefined {
    const state = unitFileState(unit, this.#context);
    return state === 'not-found' ? undefined : state;
  }

  list(): readonly UnitFile[] {
    const paths = new Map<string, string>();
    for (const directory of this.#context.searchPath) {
      for (const name of this.#files.list(directory)) {
        if (isUnitName(name) && !paths.has(name) && this.#files.stat(`${directory}/${name}`).kind !== 'directory')
          paths.set(name, `${directory}/${name}`);
      }
    }
    const rules = readPresets(this.#context);
    return [...paths]
      .flatMap(([name, path]): readonly UnitFile[] => {
        const state = this.state(name) ?? 'bad';
        const preset = presetOf(name, rules);
        const matters =
          !['static', 'alias', 'masked', 'masked-runtime', 'generated', 'transient', 'bad'].includes(state) && preset !== 'ignore';
        return [{ name, path, state, ...(matters ? { preset: preset === 'enable' ? ('enabled' as const) : ('disabled' as const) } : {}) }];
      })
      .sort((a, b) => typeRank(a.name) - typeRank(b.name) || (a.name < b.name ? -1 : 1));
  }

  defaultTarget(): Result<string, Failure> {
    const target = defaultTarget(this.#context);
    return target === undefined ? err({ code: 'no-such-unit', message: 'there is no default.target' }) : ok(target);
  }

  /** A directory of links that has become empty goes too, but never the config directory itself. */
  #unlink(path: string, directory: string): void {
    this.#files.unlink(path);
    const parent = path.slice(0, path.lastIndexOf('/'));
    if (parent !== directory && this.#files.list(parent).length === 0) this.#files.rmdir(parent);
  }
}

type Planner = (
  units: readonly string[],
  context: InstallContext,
  options: InstallOptions,
  mode: 'full' | 'enable-only' | 'disable-only',
  all: () => readonly string[],
) => InstallPlan;

const planners: Readonly<Record<Operation, Planner>> = {
  enable: planEnable,
  disable: planDisable,
  reenable: planReenable,
  preset: (units, context, options, mode) => planPreset(units, mode, context, options),
  'preset-all': (_, context, options, mode, all) => planPreset(all(), mode, context, options),
  mask: planMask,
  unmask: planUnmask,
  link: planLink,
  revert: (units, context) => planRevert(units, context),
  'add-wants': ([target = '', ...units], context, options) => planAddDependency(target, units, 'wants', context, options),
  'add-requires': ([target = '', ...units], context, options) => planAddDependency(target, units, 'requires', context, options),
  'set-default': ([target = ''], context, options) => planSetDefault(target, context, options),
};

const codes: Readonly<Record<InstallProblem['code'], Failure['code']>> = {
  ENOENT: 'no-such-unit',
  ERFKILL: 'masked',
  EEXIST: 'exists',
  EUCLEAN: 'bad-name',
  EINVAL: 'invalid',
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
