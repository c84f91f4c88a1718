import type { ExecSettings } from '../../unit/settings/exec.ts';
import { type Architecture, localArchitectures, type NativeArchitecture } from './architecture.ts';
import { assemble } from './assemble.ts';
import { combine } from './combine.ts';
import { restrictionsOf } from './restrictions.ts';
import { allow, killThread } from './rule.ts';
import { selectionWarnings } from './selection.ts';

/** The one program that does what all filters of a unit's settings say together, and what is to be told about the settings. */
export interface SeccompFilter {
  /** Bytes of struct sock_filter; undefined where nothing is filtered. */
  readonly program: Uint8Array | undefined;
  readonly warnings: readonly string[];
}

/** The filter of system calls for these settings; made once for them, since that takes milliseconds. */
export function seccompFilter(exec: ExecSettings, native: NativeArchitecture): SeccompFilter {
  const known = bySettings.get(exec);
  if (known !== undefined && known.native === native) return known.filter;
  const filter = shared(exec, native);
  bySettings.set(exec, { native, filter });
  return filter;
}

const bySettings = new WeakMap<ExecSettings, { readonly native: NativeArchitecture; readonly filter: SeccompFilter }>();

/** The settings that a filter depends on. */
const relevant = [
  'ProtectHostname',
  'RestrictAddressFamilies',
  'MemoryDenyWriteExecute',
  'RestrictRealtime',
  'RestrictSUIDSGID',
  'DynamicUser',
  'RestrictNamespaces',
  'ProtectKernelTunables',
  'ProtectKernelModules',
  'ProtectKernelLogs',
  'ProtectClock',
  'PrivateDevices',
  'LockPersonality',
  'Personality',
  'SystemCallLog',
  'SystemCallFilter',
  'SystemCallErrorNumber',
  'SystemCallArchitectures',
] as const satisfies readonly (keyof ExecSettings)[];

/** Many units have the same settings, above all those of one template; what was not asked for longest goes first. */
const byText = new Map<string, SeccompFilter>();
const mostTexts = 256;

function shared(exec: ExecSettings, native: NativeArchitecture): SeccompFilter {
  const text = JSON.stringify([native, ...relevant.map((setting) => exec[setting])]);
  const filter = byText.get(text) ?? make(exec, native);
  byText.delete(text);
  byText.set(text, filter);
  const [oldest] = byText.keys();
  if (byText.size > mostTexts && oldest !== undefined) byText.delete(oldest);
  return filter;
}

function make(exec: ExecSettings, native: NativeArchitecture): SeccompFilter {
  const restrictions = restrictionsOf(exec);
  const warnings = [
    ...selectionWarnings('SystemCallFilter', exec.SystemCallFilter),
    ...selectionWarnings('SystemCallLog', exec.SystemCallLog),
  ];
  const permitted = permittedArchitectures(exec.SystemCallArchitectures, native);
  if (restrictions.length === 0 && permitted === undefined) return { program: undefined, warnings };
  const local = localArchitectures[native].filter((architecture) => permitted?.has(architecture) !== false);
  const programs = local.map((architecture) => ({
    architecture,
    ranges: combine(restrictions.map((restriction) => restriction(architecture)).filter((verdicts) => verdicts !== undefined)),
  }));
  return { program: assemble(programs, permitted === undefined ? allow : killThread), warnings };
}

/** SystemCallArchitectures=: undefined where all may be used. The native one always may, since exec(2) needs it. */
function permittedArchitectures(names: readonly string[], native: NativeArchitecture): ReadonlySet<Architecture> | undefined {
  if (names.length === 0) return undefined;
  return new Set(localArchitectures[native].filter((architecture) => architecture === native || names.includes(architecture)));
}
