import { bytesToText } from '../../base/bytes.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { Files as AllFiles, FileStat } from '../../port/files.ts';
import { ownExplanations } from './own-explanations.ts';

/** What explains messages, by their ids: lines such as `Subject: …`, an empty line, and a text. */
export type Catalog = ReadonlyMap<string, string>;

/** Where packages put catalogs; of two files of one name the first counts. */
const places = ['/usr/local/lib/systemd/catalog', '/usr/lib/systemd/catalog'];

const suffix = '.catalog';

type Files = Pick<AllFiles, 'list' | 'read'> & { statFollow(path: string): Pick<FileStat, 'kind'> };

/** The explanations that the catalogs below a root directory have in these languages, the best first, and our own of what they leave out. */
export function readCatalog(files: Files, root: string, languages: readonly string[]): Catalog {
  const own = Object.entries(ownExplanations).map(
    ([id, { subject, text }]) => [id, `Subject: ${subject}\nDefined-By: tysd\n\n${text}\n`] as const,
  );
  const catalog = new Map<string, string>(own);
  const texts = new Map<string, string>();
  for (const path of catalogPaths(files, root)) {
    const read = readCatalogFile(files, path);
    for (const { id, language, text } of read.ok ? read.value : []) {
      const known = texts.get(`${id} ${language}`);
      texts.set(`${id} ${language}`, known === undefined ? text : combined(text, known));
    }
  }
  for (const language of ['', ...languages.toReversed()]) {
    for (const [key, text] of texts) {
      const [id = '', of = ''] = key.split(' ');
      if (of === language) catalog.set(id, text);
    }
  }
  return catalog;
}

/** How many explanations the catalogs have; an error says what is wrong with the first in which anything is, as `journalctl --update-catalog` does. */
export function checkCatalogs(files: Files, root: string): Result<number, readonly string[]> {
  let count = 0;
  for (const path of catalogPaths(files, root)) {
    const read = readCatalogFile(files, path);
    if (!read.ok) {
      const { place, reason } = read.error;
      return err([place, `Failed to import file '${path}': ${reason}`, `Failed to list catalog: ${reason}`]);
    }
    count += read.value.length;
  }
  return ok(count);
}

/** The value of such a line as `Subject: …` before the text. */
export function catalogHeader(text: string, name: string): string | undefined {
  for (const line of text.split('\n')) {
    if (line === '') return undefined;
    if (line.startsWith(`${name}:`)) return line.slice(name.length + 1).trimStart();
  }
  return undefined;
}

/** The languages of an environment's locale for messages, the best first: for `de_AT.UTF-8`, `de_AT` and `de`. */
export function messageLanguages(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const locale = ['LC_ALL', 'LC_MESSAGES', 'LANG'].map((name) => environment[name] ?? '').find((value) => value !== '') ?? '';
  const language = locale.replace(/[.@].*/, '');
  if (language === '' || language === 'C' || language === 'POSIX') return [];
  return language.includes('_') ? [language, language.replace(/_.*/, '')] : [language];
}

/** The catalogs below a root directory, by their names. */
function catalogPaths(files: Files, root: string): readonly string[] {
  const paths = new Map<string, string>();
  for (const place of places.map((each) => `${root}${each}`)) {
    for (const name of files.list(place)) if (name.endsWith(suffix) && !paths.has(name)) paths.set(name, `${place}/${name}`);
  }
  return [...paths].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}

interface Explained {
  readonly id: string;
  /** '' for those that are of no language. */
  readonly language: string;
  readonly text: string;
}

interface Unusable {
  readonly place: string;
  readonly reason: string;
}

function readCatalogFile(files: Files, path: string): Result<readonly Explained[], Unusable> {
  const bytes = files.read(path);
  if (bytes !== undefined) return parseCatalog(bytesToText(bytes), path, /\.([^./]+)\.catalog$/.exec(path)?.[1] ?? '');
  const { kind } = files.statFollow(path);
  // A link to /dev/null hides what has its name in a weaker place.
  if (kind === 'character') return ok([]);
  if (kind === 'directory') return err({ place: `Failed to read file ${path}: Is a directory`, reason: 'Is a directory' });
  const reason = kind === 'missing' ? 'No such file or directory' : 'Permission denied';
  return err({ place: `Failed to open file ${path}: ${reason}`, reason });
}

const heading = /^-- ([0-9a-fA-F]{32})(?:\s(.*))?$/;
const shortestLanguage = 2;
const longestLanguage = 31;

/** An entry begins with `-- ID` or `-- ID LANGUAGE` after an empty line. Comments count for nothing, and empty lines in a row for one. */
function parseCatalog(content: string, path: string, fileLanguage: string): Result<readonly Explained[], Unusable> {
  const found: { id: string; language: string; text: string }[] = [];
  const problem = (index: number, text: string): Result<never, Unusable> =>
    err({ place: `[${path}:${index + 1}] ${text}`, reason: 'Invalid argument' });
  const lines = content.replace(/\n$/, '').split('\n');
  let isAfterEmpty = true;
  for (const [index, written] of lines.entries()) {
    const line = written.replace(/\r$/, '');
    if (line.startsWith('#') || line.startsWith(';')) continue;
    const last = found.at(-1);
    if (line === '') {
      isAfterEmpty = true;
      continue;
    }
    const [, id, said] = isAfterEmpty ? (heading.exec(line) ?? []) : [];
    if (id !== undefined) {
      if (last?.text === '') return problem(index, 'No payload text.');
      const language = said?.trim();
      if (language !== undefined && language.length < shortestLanguage) return problem(index, 'Language too short.');
      if (language !== undefined && language.length > longestLanguage) return problem(index, 'language too long.');
      found.push({ id: id.toLowerCase(), language: language ?? fileLanguage, text: '' });
      isAfterEmpty = false;
      continue;
    }
    if (last === undefined) return problem(index, 'Got payload before ID.');
    last.text += `${isAfterEmpty ? '\n' : ''}${line}\n`;
    isAfterEmpty = false;
  }
  return found.at(-1)?.text === '' ? problem(lines.length - 1, 'No payload text.') : ok(found);
}

/** Two explanations of one message: the lines of both, those of the later first, and its text, if it has one. */
function combined(later: string, earlier: string): string {
  const [newLines, newText] = halves(later);
  const [oldLines, oldText] = halves(earlier);
  return newLines + oldLines + (newText === '' ? oldText : newText);
}

/** The lines before the first empty one, and the text with that before it. */
function halves(text: string): readonly [lines: string, text: string] {
  const at = text.startsWith('\n') ? 0 : text.indexOf('\n\n') + 1;
  return at === 0 && !text.startsWith('\n') ? [text, ''] : [text.slice(0, at), text.slice(at)];
}
