import type { Files } from '../port/files.ts';
import { isZone } from '../unit/values/time-zone.ts';
import type { Zone } from '../unit/values/time-zone.ts';

/** The local time zone, and what tells that it was set anew. */
export interface ZoneSetting {
  readonly zone: Zone;
  readonly mark: string;
}

/** The file that says which time zone is the local one (localtime(5)). */
export const zoneFile = '/etc/localtime';

/**
 * Reads which time zone is the local one: by $TZ, by where the file leads to, by the name that Debian keeps beside it; else it is UTC.
 * Whether there is such a zone takes milliseconds to find out, so what is `known` is taken where the same is said as then.
 */
export function readZone(files: Files, environment: Readonly<Record<string, string | undefined>>, known?: ZoneSetting): ZoneSetting {
  const { mtimeUsec, inode } = files.stat(zoneFile);
  const named = [
    environment['TZ']?.replace(/^:/, ''),
    files.readLink(zoneFile)?.split('/zoneinfo/').at(-1),
    new TextDecoder().decode(files.read('/etc/timezone', 256)).trim(),
  ];
  const mark = `${mtimeUsec} ${inode} ${named.join(' ')}`;
  return mark === known?.mark ? known : { mark, zone: named.find((name) => name !== undefined && isZone(name)) ?? 'UTC' };
}
