import { readlinkSync } from 'node:fs';
import { localTimeIsUtc } from '../base/timestamp.ts';

/** Where local time is UTC, as in most containers, says so: the runtime takes longer to load what it knows of time zones than most calls take. */
export function lookAtTimeZone(): void {
  const name = process.env['TZ'] ?? configuredZone();
  if (name !== undefined && /^:?(?:Etc\/)?UTC0?$/.test(name)) localTimeIsUtc();
}

function configuredZone(): string | undefined {
  try {
    return readlinkSync('/etc/localtime').split('/zoneinfo/').at(-1);
  } catch {
    // No link, or none that we may read.
    return undefined;
  }
}
