import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Installer } from './installer.ts';
import type { Invocation } from './invocation.ts';

/** What became of the scripts of System V among the units of a call. */
export interface SysvSync {
  /** The units that have files of their own, or no script. */
  readonly native: readonly string[];
  /** What `is-enabled` says of the others. */
  readonly states: readonly ('enabled' | 'disabled')[];
  /** The helper of the distribution did not do what it was asked for. */
  readonly failed: boolean;
}

/** The helper that systemctl calls for scripts in /etc/init.d; distributions bring it with systemd. */
const helpers = ['/lib/systemd/systemd-sysv-install', '/usr/lib/systemd/systemd-sysv-install'];

/**
 * Has scripts of System V enabled and disabled beside the units of the same name, or in their place, as systemctl(1) does where the
 * distribution has a helper for it. A script with a unit file is asked for nothing else.
 */
export async function syncWithSysv(invocation: Invocation, installer: Installer, units: readonly string[]): Promise<SysvSync> {
  const { verb, options, environment } = invocation;
  const root = options.root ?? '';
  const isSkipped = options.scope === 'user' || options.global || /^(1|y|yes|t|true|on)$/i.test(environment['SYSTEMCTL_SKIP_SYSV'] ?? '');
  const scripts = isSkipped ? [] : units.filter((unit) => isScript(unit, root));
  const helper = scripts.length === 0 ? undefined : helpers.find((path) => existsSync(path));
  if (helper === undefined) return { native: units, states: [], failed: false };
  const known = await installer.states(scripts);
  const isNative = (unit: string): boolean => {
    const state = known.ok ? known.value[scripts.indexOf(unit)] : undefined;
    return state?.ok === true && state.value !== 'generated';
  };
  const called: { readonly unit: string; readonly succeeded: boolean }[] = [];
  for (const unit of scripts.filter((each) => verb !== 'is-enabled' || !isNative(each))) {
    const succeeded = callHelper(invocation, { helper, root, unit, isNative: isNative(unit) });
    called.push({ unit, succeeded });
    if (!succeeded && verb !== 'is-enabled') break;
  }
  return {
    native: units.filter((unit) => !scripts.includes(unit) || isNative(unit)),
    states: verb === 'is-enabled' ? called.map(({ succeeded }) => (succeeded ? 'enabled' : 'disabled')) : [],
    failed: verb !== 'is-enabled' && called.some(({ succeeded }) => !succeeded),
  };
}

function isScript(unit: string, root: string): boolean {
  return !unit.includes('/') && unit.endsWith('.service') && existsSync(`${root}/etc/init.d/${scriptOf(unit)}`);
}

function scriptOf(unit: string): string {
  return unit.slice(0, -'.service'.length);
}

interface HelperCall {
  readonly helper: string;
  readonly root: string;
  readonly unit: string;
  readonly isNative: boolean;
}

function callHelper({ verb, options, terminal }: Invocation, { helper, root, unit, isNative }: HelperCall): boolean {
  const argv = [...(root === '' ? [] : [`--root=${root}`]), verb, scriptOf(unit)];
  if (!options.quiet) {
    terminal.tell(
      isNative
        ? `Synchronizing state of ${unit} with SysV service script with ${helper}.`
        : `${unit} is not a native service, redirecting to systemd-sysv-install.`,
    );
    terminal.tell(`Executing: ${[helper, ...argv].join(' ')}`);
  }
  return spawnSync(helper, argv, { stdio: 'inherit' }).status === 0;
}
