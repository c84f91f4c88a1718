import { ConfigReader, withDropIns } from './config-reader.ts';
import type { Diagnostic } from './diagnostic.ts';
import { type JournalSettings, journalSections } from './settings/journal.ts';
import type { SpecifierFacts } from './specifiers.ts';
import type { UnitFiles } from './unit-files.ts';

/** How the journal is configured, and what was wrong in the files that say so. */
export interface JournalConfig {
  readonly journal: JournalSettings;
  /** Keys that a file sets. */
  readonly assigned: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Where files of configuration lie, the first of a name counting. */
export const configRoots: readonly string[] = ['/etc', '/run', '/usr/local/lib', '/usr/lib'];

/** Reads journald.conf(5) with its drop-ins. A file that is missing is no error; lines that cannot be taken are ignored, each with a diagnostic. */
export function readJournalConfig(files: UnitFiles, roots: readonly string[], facts: SpecifierFacts): JournalConfig {
  const reader = new ConfigReader(journalSections, facts);
  for (const path of withDropIns(files, roots, 'systemd/journald.conf')) reader.readFile(files, path);
  // Its type is derived from the table that the values were made of.
  const journal = Object.assign(Object.create(null), reader.values('Journal'));
  return { journal, assigned: reader.assigned, diagnostics: reader.diagnostics };
}
