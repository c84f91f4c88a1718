import { boolean } from '../values/boolean.ts';
import { orEmpty } from '../values/combine.ts';
import { mode } from '../values/mode.ts';
import { absolutePath } from '../values/path.ts';
import { string } from '../values/string.ts';
import { timeout } from '../values/timespan.ts';
import { last, type Values } from './setting.ts';

/** [Mount] (systemd.mount(5)). */
export const mountRows = {
  What: last(string, '', {
    since: 183,
    meaning: 'Source: device path, UUID=/LABEL= tag, network source, or bind source',
  }),
  Where: last(orEmpty(absolutePath, ''), '', { since: 183, meaning: 'Mount point; must match the unit name' }),
  Options: last(string, '', { since: 183, meaning: 'Mount options; x-systemd.* options are honoured in fstab' }),
  Type: last(string, '', { since: 183, meaning: 'File system type' }),
  TimeoutSec: last(timeout, undefined, { since: 183, meaning: 'Time limit for mount/umount helpers' }),
  DirectoryMode: last(mode, 0o755, { since: 183, meaning: 'Mode for automatically created mount points' }),
  SloppyOptions: last(boolean, false, { since: 215, meaning: 'Tolerate unknown mount options (-s)' }),
  LazyUnmount: last(boolean, false, { since: 232, meaning: 'Lazy unmount (-l)' }),
  ForceUnmount: last(boolean, false, { since: 232, meaning: 'Forced unmount (-f)' }),
  ReadWriteOnly: last(boolean, false, { since: 246, meaning: 'Fail rather than falling back to read-only (-w)' }),
};

/** Durations are microseconds, Infinity for none, undefined where the manager's default applies. */
export interface MountSettings extends Values<typeof mountRows> {}
