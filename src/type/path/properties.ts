import { invariant } from '../../base/assert.ts';
import { formatTimespan } from '../../base/duration.ts';
import { yesNo } from '../../base/yes-no.ts';
import type { UnitConfig } from '../../unit/config.ts';
import type { PathState } from './state.ts';
import { triggeredByPath } from './turn.ts';

/** The properties of a path unit by systemd's names (org.freedesktop.systemd1(5), Path Unit Objects). */
export function pathProperties({ memory }: PathState, config: UnitConfig): Readonly<Record<string, string>> {
  const { path } = config;
  invariant(path !== undefined, `${config.name} has no path settings`);
  return {
    Unit: triggeredByPath(config),
    ...(path.Watch.length === 0
      ? {}
      : {
          Paths: path.Watch.map((watch) => `${watch.path} (${watch.kind})`)
            .toReversed()
            .join('\n'),
        }),
    MakeDirectory: yesNo(path.MakeDirectory),
    DirectoryMode: path.DirectoryMode.toString(8).padStart(4, '0'),
    Result: memory.result,
    TriggerLimitIntervalUSec: formatTimespan(path.TriggerLimitIntervalSec ?? usualInterval),
    TriggerLimitBurst: String(path.TriggerLimitBurst ?? usualBurst),
  };
}

const usualInterval = 2_000_000;
const usualBurst = 200;
