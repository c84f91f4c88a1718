import type { UnitConfig } from '../unit/config.ts';
import type { DeviceEntry } from './table.ts';
import type { Look, UnitType } from './type.ts';

/** The state of a device unit: there, used by the kernel though nobody has told of it yet, or not there. */
export interface DeviceState {
  readonly sub: 'dead' | 'tentative' | 'plugged';
  readonly entry: DeviceEntry | null;
}

/** Devices: what udev tells of, and what the kernel mounts or swaps to; nobody can start them, only wait for them (systemd.device(5)). */
export const deviceType: UnitType<DeviceState> = {
  name: 'device',
  can: { start: false, stop: false, fail: false, trigger: false, reload: () => false },
  follows: 'devices',
  initial: { sub: 'dead', entry: null },
  look: ({ sub }) => looks[sub],
  start: (state, _config, context) => {
    if (state.sub === 'plugged') return { refused: 'already' };
    const reason = context.trouble('device');
    // The job runs until the device comes, or for as long as it may.
    return reason === undefined ? { state, effects: [] } : { refused: 'unsupported', reason };
  },
  stop: (state) => ({ refused: state.sub === 'dead' ? 'already' : 'invalid' }),
  reload: () => ({ refused: 'invalid' }),
  step: (state, event) => ({
    state: event.event === 'seen' && (event.entry === null || event.entry.table === 'devices') ? seen(state, event.entry) : state,
    effects: [],
  }),
  properties: ({ entry }, _config: UnitConfig) => ({ SysFSPath: entry?.what ?? '', Following: entry?.following ?? '' }),
  pids: () => ({}),
  fail: (state) => state,
  descriptors: () => [],
  entry: (state) => state.entry,
  following: ({ entry }) => entry?.following ?? '',
  unsupported: (context) => context.trouble('device'),
};

const looks: Readonly<Record<DeviceState['sub'], Look>> = {
  dead: { active: 'inactive', sub: 'dead', result: '' },
  tentative: { active: 'activating', sub: 'tentative', result: '' },
  plugged: { active: 'active', sub: 'plugged', result: '' },
};

/** What udev has told of and tells of no more is gone, even if the kernel has not noticed. */
function seen(state: DeviceState, entry: DeviceEntry | null): DeviceState {
  if (entry === null) return { sub: 'dead', entry };
  if (entry.isPlugged) return { sub: 'plugged', entry };
  const isGone = state.sub === 'plugged' || (state.sub === 'dead' && state.entry !== null);
  return { sub: isGone ? 'dead' : 'tentative', entry };
}
