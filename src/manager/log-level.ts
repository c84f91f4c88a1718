import { type LogLevel, logLevelNumber } from '../unit/values/syslog.ts';
import type { World } from './world.ts';

/** Sets the least important messages of the manager that are logged, until it is set again; undefined is how it was at the start. */
export function setLogLevel(world: World, level: LogLevel | undefined): void {
  world.logLevel = level;
  world.dirtyManager = true;
  world.options.setLogLevel?.(level);
}

/** Whether a message is important enough; until somebody has set a level, the journal keeps all. */
export function isLogged({ logLevel }: World, priority: number): boolean {
  return logLevel === undefined || priority <= logLevelNumber(logLevel);
}
