import type { UnitConfig, UnitTypeName } from '../../src/unit/config.ts';
import { UnitDraft } from '../../src/unit/draft.ts';
import type { AutomountSettings } from '../../src/unit/settings/automount.ts';
import type { CgroupSettings } from '../../src/unit/settings/cgroup.ts';
import type { ExecSettings } from '../../src/unit/settings/exec.ts';
import type { KillSettings } from '../../src/unit/settings/kill.ts';
import type { MountSettings } from '../../src/unit/settings/mount.ts';
import type { PathSettings } from '../../src/unit/settings/path.ts';
import type { ServiceSettings } from '../../src/unit/settings/service.ts';
import type { SocketSettings } from '../../src/unit/settings/socket.ts';
import type { SwapSettings } from '../../src/unit/settings/swap.ts';
import type { TimerSettings } from '../../src/unit/settings/timer.ts';

interface Sections {
  readonly exec?: Partial<ExecSettings>;
  readonly kill?: Partial<KillSettings>;
  readonly cgroup?: Partial<CgroupSettings>;
}

/** a.service, loaded, which sets just this. */
export function serviceOf(service: Partial<ServiceSettings>, sections: Sections = {}): UnitConfig {
  return { ...loaded('service', sections), service: { ...drafts.service.settings('service'), ...service } };
}

/** a.socket, loaded, which sets just this. */
export function socketOf(socket: Partial<SocketSettings>, sections: Sections = {}): UnitConfig {
  return { ...loaded('socket', sections), socket: { ...drafts.socket.settings('socket'), ...socket } };
}

/** a.mount at /a, loaded from a file, which sets just this. */
export function mountOf(mount: Partial<MountSettings>, sections: Sections = {}): UnitConfig {
  const own = { ...drafts.mount.settings('mount'), What: '/dev/x', Where: '/a', ...mount };
  return { ...loaded('mount', sections), fragment: '/etc/systemd/system/a.mount', mount: own };
}

/** a.timer, loaded, which sets just this. */
export function timerOf(timer: Partial<TimerSettings>): UnitConfig {
  return { ...bare('timer'), timer: { ...drafts.timer.settings('timer'), ...timer } };
}

/** a.path, loaded, which sets just this. */
export function pathOf(path: Partial<PathSettings>): UnitConfig {
  return { ...bare('path'), path: { ...drafts.path.settings('path'), ...path } };
}

/** dev-x.swap, loaded from a file, which sets just this. */
export function swapOf(swap: Partial<SwapSettings>): UnitConfig {
  const own = { ...drafts.swap.settings('swap'), What: '/dev/x', ...swap };
  return { ...loaded('swap', {}), fragment: '/etc/systemd/system/dev-x.swap', swap: own };
}

/** a.automount at /a, loaded, which sets just this. */
export function automountOf(automount: Partial<AutomountSettings>): UnitConfig {
  return { ...bare('automount'), automount: { ...drafts.automount.settings('automount'), Where: '/a', ...automount } };
}

const drafts = {
  service: new UnitDraft('a.service', 'service'),
  socket: new UnitDraft('a.socket', 'socket'),
  mount: new UnitDraft('a.mount', 'mount'),
  swap: new UnitDraft('dev-x.swap', 'swap'),
  automount: new UnitDraft('a.automount', 'automount'),
  timer: new UnitDraft('a.timer', 'timer'),
  path: new UnitDraft('a.path', 'path'),
} as const satisfies Partial<Record<UnitTypeName, UnitDraft>>;

/** The settings of a process that sets none. */
export const plainExec: ExecSettings = drafts.service.settings('exec');

function loaded(type: 'service' | 'socket' | 'mount' | 'swap', { exec, kill, cgroup }: Sections): UnitConfig {
  const draft = drafts[type];
  return {
    ...bare(type),
    exec: { ...draft.settings('exec'), ...exec },
    kill: { ...draft.settings('kill'), ...kill },
    ...(cgroup === undefined ? {} : { cgroup: { ...draft.settings('cgroup'), ...cgroup } }),
  };
}

function bare(type: keyof typeof drafts): UnitConfig {
  const draft = drafts[type];
  const name = `a.${type}`;
  return {
    name,
    type,
    names: [name],
    load: { state: 'loaded' },
    dropIns: [],
    dependencies: [],
    diagnostics: [],
    unit: draft.settings('unit'),
    install: draft.settings('install'),
  };
}
