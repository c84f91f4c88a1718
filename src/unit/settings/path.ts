import type { ValueParser } from '../values/parser.ts';
import { boolean } from '../values/boolean.ts';
import { mapped } from '../values/combine.ts';
import { unsigned } from '../values/integer.ts';
import { mode } from '../values/mode.ts';
import { absolutePath } from '../values/path.ts';
import { timespan } from '../values/timespan.ts';
import { unitName } from '../values/unit-name.ts';
import { entries, first, into, last, type Values } from './setting.ts';

/** [Path] (systemd.path(5)). */
export const pathRows = {
  PathExists: into('Watch', entries(watch('PathExists'), { since: 183, meaning: 'Trigger while the path exists' })),
  PathExistsGlob: into('Watch', entries(watch('PathExistsGlob'), { since: 183, meaning: 'Trigger while a path matches the glob' })),
  PathChanged: into(
    'Watch',
    entries(watch('PathChanged'), {
      since: 183,
      meaning: 'Trigger on close-after-write, create, delete, move, attribute change',
    }),
  ),
  PathModified: into('Watch', entries(watch('PathModified'), { since: 183, meaning: 'As PathChanged plus every write' })),
  DirectoryNotEmpty: into('Watch', entries(watch('DirectoryNotEmpty'), { since: 183, meaning: 'Trigger while the directory has entries' })),
  Unit: first(unitName(), '', { since: 183, meaning: 'Unit to activate (default: same-named service)' }),
  MakeDirectory: last(boolean, false, {
    since: 183,
    meaning: 'Create the watched directories first (not for PathExists*)',
  }),
  DirectoryMode: last(mode, 0o755, { since: 183, meaning: 'Mode for MakeDirectory' }),
  TriggerLimitIntervalSec: last(timespan, undefined, { since: 250, meaning: 'Window of the activation limit (2s)' }),
  TriggerLimitBurst: last(unsigned, undefined, {
    since: 250,
    meaning: 'Activations per window (200); hit = unit fails',
  }),
};

/** One line that says what is watched. */
export interface Watch {
  readonly kind: 'PathExists' | 'PathExistsGlob' | 'PathChanged' | 'PathModified' | 'DirectoryNotEmpty';
  readonly path: string;
}

/** `Watch` has every watched path in the order of the files; Unit is empty for the service of the same name. */
export interface PathSettings extends Values<typeof pathRows> {}

function watch(kind: Watch['kind']): ValueParser<Watch> {
  return mapped(absolutePath, (path) => ({ kind, path }));
}
