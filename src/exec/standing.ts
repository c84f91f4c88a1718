import type { ExecSettings } from '../unit/settings/exec.ts';
import { initialValues } from '../unit/settings/parts.ts';
import { capabilityOps, withoutCapabilities } from './capabilities.ts';
import { directoryOps } from './directories.ts';
import { errors } from './errno.ts';
import { extensionError } from './extensions.ts';
import { type Identity, identify } from './identity.ts';
import { inescapable } from './inheritance.ts';
import { labelOps } from './labels.ts';
import { limitOps } from './limits.ts';
import type { Missing } from './missing.ts';
import { imageTrouble, mountOps } from './mounts.ts';
import { rootOf } from './mount-images.ts';
import { hidesRoot, needsMountNamespace } from './mount-table.ts';
import { hostnameOps, sharedNamespaceOps, userNamespaceOpening, userNamespaceOps } from './namespaces.ts';
import type { Op } from './op.ts';
import type { ExecContext, ExecRequest } from './request.ts';
import { schedulingOps, schedulingTrouble } from './scheduling.ts';
import { systemCallFilter } from './seccomp/ops.ts';
import { terminalResetOps } from './terminal.ts';

/** What of a plan says nothing of the single process: the same for all commands with these settings, who they are, and this machine. */
export interface Standing {
  readonly kind: 'standing';
  readonly identity: Identity;
  readonly terminal: readonly Op[];
  readonly scheduling: readonly Op[];
  readonly directories: readonly Op[];
  readonly limits: readonly Op[];
  /** Namespaces that are shared, which a process is handed; then all from its own to the last that is given up before the environment. */
  readonly namespaces: readonly Op[];
  readonly confinement: readonly Op[];
  readonly filter: readonly Op[];
  readonly warnings: readonly string[];
}

/**
 * The standing part of a plan; or that who or what the process needs is not there. Most units set nothing that makes this part another
 * one than that of their neighbours, and those that do not say of whom they are anything else share it (`isPlain`).
 */
export function standingOf(request: ExecRequest, exec: ExecSettings, context: ExecContext): Standing | Missing {
  const { standing } = context;
  if (standing === undefined || !isPlain(exec)) return makeStanding(request, exec, context);
  const { privilege } = request.command;
  const known = made.get(exec);
  const forUs = known?.standing === standing ? known.byPrivilege : undefined;
  const present = forUs?.[privilege];
  if (present !== undefined) return present;
  const fresh = makeStanding(request, exec, context);
  made.set(exec, { standing, byPrivilege: { ...forUs, [privilege]: fresh } });
  return fresh;
}

type ByPrivilege = Readonly<Partial<Record<ExecRequest['command']['privilege'], Standing | Missing>>>;

const made = new WeakMap<ExecSettings, { readonly standing: object; readonly byPrivilege: ByPrivilege }>();

/**
 * Whether the standing part follows from the settings and what is the same for all units: none of them speaks of accounts, places or
 * files that have to be looked at, or that the unit's name or its kind of command are part of.
 */
export function isPlain(exec: ExecSettings): boolean {
  const known = plain.get(exec);
  if (known !== undefined) return known;
  const found = hasPlainSettingsOnly(exec);
  plain.set(exec, found);
  return found;
}

const plain = new WeakMap<ExecSettings, boolean>();

function hasPlainSettingsOnly(exec: ExecSettings): boolean {
  let layer: object | null = exec;
  for (; layer !== null && layer !== initialValues.exec; layer = Object.getPrototypeOf(layer)) {
    if (!Object.keys(layer).every((name) => plainSettings.has(name))) return false;
  }
  return layer !== null;
}

/** Settings of which the standing part depends on nothing but their values, or not at all. */
export const plainSettings: ReadonlySet<string> = new Set<keyof ExecSettings>([
  'AmbientCapabilities',
  'CPUSchedulingPolicy',
  'CPUSchedulingPriority',
  'CPUSchedulingResetOnFork',
  'CapabilityBoundingSet',
  'CoredumpFilter',
  'Environment',
  'IOSchedulingClass',
  'IOSchedulingPriority',
  'IgnoreSIGPIPE',
  'KeyringMode',
  'Limits',
  'LockPersonality',
  'LogExtraFields',
  'LogFilterPatterns',
  'LogLevelMax',
  'LogRateLimitBurst',
  'LogRateLimitIntervalSec',
  'MemoryDenyWriteExecute',
  'Nice',
  'NoNewPrivileges',
  'OOMScoreAdjust',
  'PassEnvironment',
  'RestrictAddressFamilies',
  'RestrictNamespaces',
  'RestrictRealtime',
  'RestrictSUIDSGID',
  'SecureBits',
  'StandardError',
  'StandardInput',
  'StandardInputData',
  'StandardOutput',
  'SyslogFacility',
  'SyslogIdentifier',
  'SyslogLevel',
  'SyslogLevelPrefix',
  'SystemCallArchitectures',
  'SystemCallErrorNumber',
  'SystemCallFilter',
  'TimerSlackNSec',
  'UMask',
  'UnsetEnvironment',
  'WorkingDirectory',
]);

function makeStanding(request: ExecRequest, exec: ExecSettings, context: ExecContext): Standing | Missing {
  const identity = identify(request, exec, context);
  if (identity.kind === 'missing') return identity;
  const directory = workingDirectory(exec, context, identity);
  if (directory === undefined) return homeless;
  const sandboxed = request.command.privilege !== 'full';
  const broken = sandboxed ? extensionError(exec, context.extensions ?? []) : undefined;
  if (broken !== undefined) return { ...noExtension, errno: broken };
  const trouble =
    schedulingTrouble(exec, context) ?? imageTrouble(request, exec) ?? (hidesRoot(request, exec, context) ? withoutRoot : undefined);
  if (trouble !== undefined) return trouble;
  const confined = sandboxed ? exec : inescapable(context.inherited);
  const capabilities = confined === undefined ? withoutCapabilities : capabilityOps(confined, identity);
  const filter = systemCallFilter(confined, context);
  const renounces = (sandboxed && (exec.NoNewPrivileges || exec.DynamicUser)) || context.inherited?.NoNewPrivileges === true;
  return {
    kind: 'standing',
    identity,
    terminal: terminalResetOps(exec),
    scheduling: schedulingOps(exec, context),
    directories: directoryOps(exec, context, identity),
    limits: [...umask(exec, context), ...(sandboxed ? limitOps(exec, context) : [])],
    namespaces: sharedNamespaceOps(request, exec, context, identity),
    confinement: [
      ...(sandboxed ? [...labelOps(exec), ...userNamespaceOpening(request, exec, context)] : []),
      ...mountOps(request, exec, context),
      ...hostnameOps(request, exec),
      ...identity.groupOps,
      ...userNamespaceOps(request, exec, context, identity),
      ...rootDirectory(request, exec, context),
      ...capabilities.before,
      ...identity.userOps,
      ...capabilities.after,
      ...directory,
      ...capabilities.bits,
      ...(renounces ? noNewPrivileges : filter.privilegeOps),
    ],
    filter: filter.ops,
    warnings: filter.warnings,
  };
}

const noExtension = { kind: 'missing', exit: 226, message: 'An extension is missing, or is none of this system' } as const;

const withoutRoot = {
  kind: 'missing',
  exit: 226,
  errno: errors.EACCES,
  message: 'InaccessiblePaths= hides the root directory, and with it every program',
  setting: 'InaccessiblePaths',
} as const;

const homeless = {
  kind: 'missing',
  exit: 200,
  errno: errors.ENXIO,
  message: 'WorkingDirectory=~ is set, but the user has no home directory',
} as const;

const defaultUmask: readonly Op[] = [{ op: 'umask', mask: 0o022 }];

function umask(exec: ExecSettings, context: ExecContext): readonly Op[] {
  if (exec.UMask !== undefined) return [{ op: 'umask', mask: exec.UMask }];
  // A user manager hands on the umask that it was started with.
  return context.scope === 'system' ? defaultUmask : [];
}

/** Where nothing is to be mounted in it, a root directory needs no namespace. */
function rootDirectory(request: ExecRequest, exec: ExecSettings, context: ExecContext): readonly Op[] {
  const root = rootOf(request, exec);
  return root === undefined || needsMountNamespace(request, exec, context) ? [] : [{ op: 'chroot', path: root }];
}

const inRoot: readonly Op[] = [{ op: 'chdir', path: '/' }];

function workingDirectory(exec: ExecSettings, context: ExecContext, identity: Identity): readonly Op[] | undefined {
  const wanted = exec.WorkingDirectory;
  // A user's services run even where the home directory cannot be entered.
  if (wanted === undefined) return context.scope === 'system' ? inRoot : [{ op: 'chdir', path: context.self.home, tolerate: true }];
  const path = wanted.path === '~' ? identity.home : wanted.path;
  if (path === undefined) return undefined;
  return [wanted.missingOk ? { op: 'chdir', path, tolerate: true } : { op: 'chdir', path }];
}

const noNewPrivileges: readonly Op[] = [{ op: 'no-new-privileges' }];
