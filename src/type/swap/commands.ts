import type { ExecRequest } from '../../exec/request.ts';
import type { UnitConfig } from '../../unit/config.ts';
import { optionValue } from '../../unit/mount-options.ts';
import { pathOfUnit } from '../../unit/name.ts';
import type { SwapSettings } from '../../unit/settings/swap.ts';
import type { Command } from '../../unit/values/types.ts';
import type { SwapList } from './state.ts';

/** The commands by which a swap area comes into use and out of it. */
export const swapCommands: Readonly<Record<SwapList, (swap: SwapSettings, what: string) => Command>> = {
  ExecActivate: ({ Options, Priority }, what) => {
    const priority = Priority === undefined || optionValue(Options, 'pri') !== undefined ? [] : [`pri=${Priority}`];
    const options = [...(Options === '' ? [] : [Options]), ...priority].join(',');
    return command('/sbin/swapon', ['--fixpgsz', ...(options === '' ? [] : ['-o', options]), what]);
  },
  ExecDeactivate: (_swap, what) => command('/sbin/swapoff', [what]),
};

/** The device or file. */
export function whatOf(config: UnitConfig): string {
  const what = config.swap?.What ?? '';
  return what === '' ? (pathOfUnit(config.name) ?? '') : what;
}

/** What a process of the unit is made of. */
export function swapRequest(config: UnitConfig, swap: SwapSettings, list: SwapList, invocationId: string): ExecRequest {
  return {
    config,
    command: swapCommands[list](swap, whatOf(config)),
    list,
    main: false,
    invocationId,
    environment: [],
    descriptors: [],
    notify: false,
    idle: false,
    sameSession: true,
  };
}

function command(path: string, rest: readonly string[]): Command {
  return { path, argv: [path, ...rest], ignoreFailure: false, expand: false, privilege: 'normal' };
}
