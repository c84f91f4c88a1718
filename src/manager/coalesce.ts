/** The raster of this machine: where in each minute it likes to wake up, in microseconds. */
export type Raster = number;

const second = 1_000_000;

/** The rasters on which alarms meet, the widest first. */
const periods: readonly number[] = [60 * second, 10 * second, second, second / 4];

/**
 * When to wake up for an alarm that may be answered between two times: on a point of the raster that all alarms of the machine
 * share, so that one wake-up serves many (systemd.timer(5), AccuracySec=); at the last moment where none lies between.
 */
export function wakeTime(atUsec: number, latestUsec: number, raster: Raster): number {
  if (latestUsec <= atUsec) return atUsec;
  for (const period of periods) {
    const offset = raster % period;
    const point = Math.ceil((atUsec - offset) / period) * period + offset;
    if (point <= latestUsec) return point;
  }
  return latestUsec;
}

/** The raster of a machine, by its id. */
export function rasterOf(machine: string): Raster {
  let hash = 0;
  for (const character of machine) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % (60 * second);
  return hash;
}
