import { plainString } from '../values/string.ts';
import { installNames } from '../values/unit-name.ts';
import { last, list, type Values } from './setting.ts';

/** [Install]: links that `enable` makes (systemd.unit(5)). */
export const installRows = {
  Alias: list(installNames, { since: 201, meaning: 'Extra names; enable creates symlinks <alias> -> unit' }),
  WantedBy: list(installNames, { since: 201, meaning: 'enable creates <target>.wants/<unit> symlinks' }),
  RequiredBy: list(installNames, { since: 201, meaning: 'enable creates <target>.requires/<unit> symlinks' }),
  UpheldBy: list(installNames, { since: 254, meaning: 'enable creates <target>.upholds/<unit> symlinks' }),
  Also: list(installNames, { since: 201, meaning: 'Further units to enable/disable together with this one' }),
  DefaultInstance: last(plainString, '', { since: 215, meaning: 'Instance used when a template is enabled without one' }),
};

/** What `enable` links; specifiers are not yet expanded. */
export interface InstallSettings extends Values<typeof installRows> {}
