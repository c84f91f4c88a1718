import { orEmpty } from '../values/combine.ts';
import { mode } from '../values/mode.ts';
import { absolutePath } from '../values/path.ts';
import { string } from '../values/string.ts';
import { timeout } from '../values/timespan.ts';
import { last, type Values } from './setting.ts';

/** [Automount] (systemd.automount(5)). */
export const automountRows = {
  Where: last(orEmpty(absolutePath, ''), '', { since: 183, meaning: 'autofs mount point; must match the unit name' }),
  ExtraOptions: last(string, '', { since: 250, meaning: 'Additional autofs mount options' }),
  DirectoryMode: last(mode, 0o755, { since: 183, meaning: 'Mode for the created mount point' }),
  TimeoutIdleSec: last(timeout, Infinity, {
    since: 220,
    meaning: 'Unmount after this idle time (0/infinity = never)',
  }),
};

/** Durations are microseconds, Infinity for none. */
export interface AutomountSettings extends Values<typeof automountRows> {}
