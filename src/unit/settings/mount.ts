import { boolean } from '../values/boolean.ts';
import { orEmpty } from '../values/combine.ts';
import { mode } from '../values/mode.ts';
import { absolutePath } from '../values/path.ts';
import { string } from '../values/string.ts';
import { timeout } from '../values/timespan.ts';
import { last, type Values } from './setting.ts';
import { later } from './status.ts';

/** [Mount] (systemd.mount(5)). */
export const mountRows = {
  What: last(string, '', {
    since: 183,
    meaning: 'Source: device path, UUID=/LABEL= tag, network source, or bind source',
    status: later.mounts,
  }),
  Where: last(orEmpty(absolutePath, ''), '', { since: 183, meaning: 'Mount point; must match the unit name', status: later.mounts }),
  Options: last(string, '', { since: 183, meaning: 'Mount options; x-systemd.* options are honoured in fstab', status: later.mounts }),
  Type: last(string, '', { since: 183, meaning: 'File system type', status: later.mounts }),
  TimeoutSec: last(timeout, undefined, { since: 183, meaning: 'Time limit for mount/umount helpers', status: later.mounts }),
  DirectoryMode: last(mode, 0o755, { since: 183, meaning: 'Mode for automatically created mount points', status: later.mounts }),
  SloppyOptions: last(boolean, false, { since: 215, meaning: 'Tolerate unknown mount options (-s)', status: later.mounts }),
  LazyUnmount: last(boolean, false, { since: 232, meaning: 'Lazy unmount (-l)', status: later.mounts }),
  ForceUnmount: last(boolean, false, { since: 232, meaning: 'Forced unmount (-f)', status: later.mounts }),
  ReadWriteOnly: last(boolean, false, { since: 246, meaning: 'Fail rather than falling back to read-only (-w)', status: later.mounts }),
};

/** Durations are microseconds, Infinity for none, undefined where the manager's default applies. */
export interface MountSettings extends Values<typeof mountRows> {}
