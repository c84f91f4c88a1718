import type { UnitConfig } from '../unit/config.ts';
import { dropInPaths } from '../unit/drop-in.ts';
import { findUnit } from '../unit/find.ts';
import { InstanceCache } from '../unit/instance-cache.ts';
import { type LoadContext, readUnit } from '../unit/load.ts';
import type { Reading } from '../unit/reading.ts';
import { RecentReadings } from '../unit/recent-readings.ts';
import type { SpecifierFacts } from '../unit/specifiers.ts';
import { UnitDirectory } from '../unit/unit-directory.ts';
import type { UnitText } from '../unit/syntax.ts';
import type { UnitFiles } from '../unit/unit-files.ts';

/** Where units come from. */
export interface UnitSource {
  /** An earlier reading, by a source that was opened in the same way, is given back where reading the unit anew would give the same. */
  load(name: string, earlier?: Reading): Reading;
  /** All that is loaded meanwhile is loaded at one moment: what lies beside units is listed once. */
  atOnce(load: () => void): void;
  /** The drop-ins of a unit that there are now. */
  dropIns(config: UnitConfig): readonly string[];
  /** Whether there is a file for the unit, without loading it. */
  hasFile(name: string): boolean;
  /** Says how a unit is that is there without a file, such as what somebody mounted; undefined where it is gone. */
  know(name: string, text: UnitText | undefined): void;
  knows(name: string): boolean;
  /** Looks at which files there are now; says whether that is another picture than before. What was written just now needs to be named. */
  refresh(changed?: ReadonlySet<string>): boolean;
  /** A file of the search path that the manager itself has just written or removed. */
  noteFile(directory: string, name: string): void;
}

/** The units of a search path, whose directories are listed now and at each refresh; those of one of them may be made by programs. */
export function openUnits(files: UnitFiles, searchPath: readonly string[], facts: SpecifierFacts, transientDirectory?: string): UnitSource {
  const directory = new UnitDirectory(files, searchPath);
  const known = new Map<string, UnitText>();
  const instances = new InstanceCache();
  const recent = new RecentReadings();
  const context: LoadContext = {
    directory,
    facts,
    instances,
    known: (unit) => known.get(unit),
    ...(transientDirectory === undefined ? {} : { transientDirectory }),
  };
  return {
    load: (name, earlier) => {
      const reading = readUnit(name, context, earlier ?? recent.get(name));
      recent.keep(name, reading);
      return reading;
    },
    atOnce: (load) => directory.listingOnce(load),
    dropIns: ({ names }) => dropInPaths(directory, names),
    hasFile: (name) => findUnit(directory, name, facts.scope).path !== undefined,
    know: (name, text) => {
      if (text === undefined) known.delete(name);
      else known.set(name, text);
    },
    knows: (name) => known.has(name),
    refresh: (changed) => {
      const isOther = directory.refresh(changed);
      if (isOther) instances.clear();
      return isOther;
    },
    noteFile: (path, name) => directory.noteFile(path, name),
  };
}
