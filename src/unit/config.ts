import type { Diagnostic } from './diagnostic.ts';
import type { AutomountSettings } from './settings/automount.ts';
import type { CgroupSettings } from './settings/cgroup.ts';
import type { ExecSettings } from './settings/exec.ts';
import type { InstallSettings } from './settings/install.ts';
import type { KillSettings } from './settings/kill.ts';
import type { MountSettings } from './settings/mount.ts';
import type { PathSettings } from './settings/path.ts';
import type { ScopeSettings } from './settings/scope.ts';
import type { ServiceSettings } from './settings/service.ts';
import type { SliceSettings } from './settings/slice.ts';
import type { SocketSettings } from './settings/socket.ts';
import type { SwapSettings } from './settings/swap.ts';
import type { TimerSettings } from './settings/timer.ts';
import type { UnitSettings } from './settings/unit.ts';

/** The kinds of units; the suffix of every unit name is one of them. */
export type UnitTypeName =
  | 'service'
  | 'socket'
  | 'target'
  | 'device'
  | 'mount'
  | 'automount'
  | 'swap'
  | 'timer'
  | 'path'
  | 'slice'
  | 'scope';

/** Whether a unit could be loaded, as systemd tells it in LoadState=, and why not. */
export type LoadState =
  | { readonly state: 'loaded' }
  | { readonly state: 'not-found' }
  | { readonly state: 'masked' }
  | { readonly state: 'bad-setting' | 'error'; readonly reason: string };

/** Names of the relations between units, as the keys of [Unit] spell them (systemd.unit(5)). */
export type DependencyKey =
  | 'Wants'
  | 'Requires'
  | 'Requisite'
  | 'BindsTo'
  | 'PartOf'
  | 'Upholds'
  | 'Conflicts'
  | 'Before'
  | 'After'
  | 'OnFailure'
  | 'OnSuccess'
  | 'PropagatesReloadTo'
  | 'ReloadPropagatedFrom'
  | 'PropagatesStopTo'
  | 'StopPropagatedFrom'
  | 'JoinsNamespaceOf'
  | 'Triggers'
  | 'TriggeredBy';

/** Where a dependency comes from. */
export type Origin =
  | { readonly from: 'file'; readonly path: string; readonly line: number }
  | { readonly from: 'link'; readonly path: string }
  | { readonly from: 'implicit' | 'default' };

/** One edge that a unit declares: `key` as written, towards `unit`. */
export interface Dependency {
  readonly key: DependencyKey;
  readonly unit: string;
  readonly origin: Origin;
}

/** A unit as its files describe it; made once, never changed. */
export interface UnitConfig {
  /** The name that the unit goes by: that of its fragment, or what was asked for. */
  readonly name: string;
  readonly type: UnitTypeName;
  /** Every name that leads here, `name` first. */
  readonly names: readonly string[];
  readonly load: LoadState;
  /** Path of the main unit file; absent for units without one. */
  readonly fragment?: string;
  /** The unit is always active and cannot be stopped, as the root slice. */
  readonly perpetual?: true;
  /** A program made it at run time: its file goes when it does. */
  readonly transient?: true;
  readonly dropIns: readonly string[];
  /** The edges of the files and of `.wants/`, `.requires/`, `.upholds/` links; implicit and default ones are added by graph/default-dependencies.ts. */
  readonly dependencies: readonly Dependency[];
  readonly diagnostics: readonly Diagnostic[];
  readonly unit: UnitSettings;
  readonly install: InstallSettings;
  /** What only some types have; each is present exactly for the types that have such a section (systemd.exec(5), .kill(5), .resource-control(5)). */
  readonly exec?: ExecSettings;
  readonly kill?: KillSettings;
  readonly cgroup?: CgroupSettings;
  readonly service?: ServiceSettings;
  readonly socket?: SocketSettings;
  readonly timer?: TimerSettings;
  readonly path?: PathSettings;
  readonly mount?: MountSettings;
  readonly automount?: AutomountSettings;
  readonly swap?: SwapSettings;
  readonly slice?: SliceSettings;
  readonly scope?: ScopeSettings;
}
