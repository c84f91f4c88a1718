import type { Files } from '../port/files.ts';
import { parseEnvironmentFile } from '../unit/values/environment-file.ts';

/** The locale of the system as NAME=value (locale.conf(5)), which the services of a system's manager start from; that of C where none is configured. */
export function systemLocale(files: Files): readonly string[] {
  const bytes = files.read('/etc/locale.conf', 64 * 1024);
  if (bytes === undefined) return usual;
  const { assignments } = parseEnvironmentFile(new TextDecoder().decode(bytes));
  const known = assignments.filter((assignment) => /^(LANG|LANGUAGE|LC_[A-Z]+)=./.test(assignment));
  return known.length === 0 ? usual : known;
}

const usual: readonly string[] = ['LANG=C.UTF-8'];
