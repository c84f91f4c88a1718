import { isFileName, isSafePath, LONGEST_PATH, simplifyPath } from '../../base/path.ts';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { expanded, listOf, shifted, warnAt } from './combine.ts';
import { refuse } from './parser.ts';
import type { ValueContext, ValueError, ValueParser } from './parser.ts';
import { decoded, splitWords } from './words.ts';
import type { Dialect } from './words.ts';

/** An absolute path, simplified and without `..`. */
export function checkPath(text: string): Result<string, ValueError> {
  if (!text.startsWith('/')) return refuse(`expected an absolute path, found ${JSON.stringify(text)}`);
  return checkLength(simplifyPath(text));
}

/** A relative path, simplified and without `..`. */
export function checkRelativePath(text: string): Result<string, ValueError> {
  if (text.startsWith('/')) return refuse(`expected a relative path, found ${JSON.stringify(text)}`);
  return checkLength(simplifyPath(text));
}

/** An absolute path: specifiers expanded, simplified, without `..`. */
export const absolutePath: ValueParser<string> = expanded(checkPath);

/** An absolute path; with `-` in front the file may be missing (EnvironmentFile=). */
export const optionalPath: ValueParser<{ readonly path: string; readonly optional: boolean }> = expanded((text) => {
  const optional = text.startsWith('-');
  const path = checkPath(optional ? text.slice(1) : text);
  return path.ok ? ok({ path: path.value, optional }) : path;
});

/** WorkingDirectory=: an absolute path or `~`, with `-` where it may be missing; undefined for an empty text. */
export const workingDirectory: ValueParser<{ readonly path: string; readonly missingOk: boolean } | undefined> = (text, context) => {
  if (text === '') return ok(undefined);
  const missingOk = text.startsWith('-');
  const rest = missingOk ? text.slice(1) : text;
  if (rest === '~') return ok({ path: '~', missingOk });
  const path = absolutePath(rest, context);
  if (path.ok) return ok({ path: path.value, missingOk });
  return err({ ...path.error, fatal: !missingOk });
};

/** Words that are absolute paths (RequiresMountsFor=, Symlinks=). */
export const pathList: ValueParser<readonly string[]> = listOf(absolutePath);

/** A path that may be missing (`-`) or is meant below RootDirectory= (`+`). */
export interface PrefixedPath {
  readonly path: string;
  readonly ignoreMissing: boolean;
  readonly relativeToRoot: boolean;
}

/** ReadWritePaths= and its kin: words `[-][+]/path`. */
export const prefixedPathList: ValueParser<readonly PrefixedPath[]> = listOf((text, context) => {
  const ignoreMissing = text.startsWith('-');
  const rest = ignoreMissing ? text.slice(1) : text;
  const relativeToRoot = rest.startsWith('+');
  const path = absolutePath(relativeToRoot ? rest.slice(1) : rest, context);
  return path.ok ? ok({ path: path.value, ignoreMissing, relativeToRoot }) : path;
}, decoded);

const colonSeparated: Dialect = { quotes: 'remove', escapes: 'drop', separators: ':' };
const colonFields: Dialect = { ...colonSeparated, emptyWords: true };
/** Words of which each is fields with colons between them; quotes and escapes are for who reads the fields. */
export const tuples: Dialect = { quotes: 'keep', escapes: 'retain' };

/** ExecSearchPath=: absolute paths with colons between them; one that is none makes the whole line count for nothing. */
export const searchPath: ValueParser<readonly string[]> = (text, context) => {
  const split = splitWords(text, colonSeparated, context);
  if (!split.ok) return split;
  const paths: string[] = [];
  for (const { text: each, offset } of split.value) {
    const path = absolutePath(each, context);
    if (!path.ok) return err(shifted(path.error, offset));
    paths.push(path.value);
  }
  return ok(paths);
};

/** One bind mount. */
export interface BindMount {
  readonly source: string;
  readonly destination: string;
  readonly ignoreMissing: boolean;
  readonly recursive: boolean;
}

/** BindPaths=, BindReadOnlyPaths=: words `[-]source[:destination[:rbind|norbind]]`. */
export const bindList: ValueParser<readonly BindMount[]> = listOf(bindMount, tuples);

function bindMount(text: string, context: ValueContext): Result<BindMount, ValueError> {
  const fields = splitFields(text, context);
  if (!fields.ok) return fields;
  const [from = '', to, option = ''] = fields.value;
  if (fields.value.length > 3) return refuse('expected source[:destination[:option]]');
  const ignoreMissing = from.startsWith('-');
  const source = absolutePath(ignoreMissing ? from.slice(1) : from, context);
  if (!source.ok) return source;
  const destination = to === undefined ? source : to === '' ? refuse('expected a destination behind the colon') : absolutePath(to, context);
  if (!destination.ok) return destination;
  if (option !== '' && option !== 'rbind' && option !== 'norbind') return refuse('expected the option rbind or norbind');
  return ok({ source: source.value, destination: destination.value, ignoreMissing, recursive: option !== 'norbind' });
}

/** One tmpfs and its mount options. */
export interface TemporaryFileSystem {
  readonly path: string;
  readonly options: string;
}

/** TemporaryFileSystem=: words `path[:options]`. */
export const temporaryFileSystemList: ValueParser<readonly TemporaryFileSystem[]> = listOf((text, context) => {
  const colon = text.indexOf(':');
  const path = absolutePath(colon < 0 ? text : text.slice(0, colon), context);
  if (!path.ok) return path;
  const options = context.specifiers.expand(colon < 0 ? '' : text.slice(colon + 1), 'full');
  return options.ok ? ok({ path: path.value, options: options.value }) : options;
});

/** PIDFile=: a path, below the runtime directory where it is relative. */
export const pidFile: ValueParser<string> = expanded((text, context) => {
  if (text.startsWith('/')) {
    const path = checkPath(text);
    return path.ok ? ok(withoutLegacyRun(path.value, context)) : path;
  }
  const runtime = context.specifiers.expand('%t', 'full');
  return runtime.ok ? checkPath(`${runtime.value}/${text}`) : runtime;
});

/** A path below /var/run, which is long since a link, as one below /run, with a remark. */
export function withoutLegacyRun(path: string, context: ValueContext): string {
  if (!path.startsWith('/var/run/')) return path;
  const updated = path.slice('/var'.length);
  warnAt(context, { message: `the path is below the legacy directory /var/run, taken as ${updated}`, notice: true }, 0);
  return updated;
}

/** The fields of `a:b:c`, of which each may be empty. */
export function splitFields(text: string, context: ValueContext): Result<readonly string[], ValueError> {
  const split = splitWords(text, colonFields, context);
  return split.ok ? ok(split.value.map((word) => word.text)) : split;
}

/** A name of one file, without slashes. */
export const fileNameValue: ValueParser<string> = expanded((text) =>
  isFileName(text) ? ok(text) : refuse(`expected a file name without slashes, found ${JSON.stringify(text)}`),
);

function checkLength(path: string): Result<string, ValueError> {
  if (path.length > LONGEST_PATH) return refuse(`expected a path of at most ${LONGEST_PATH} bytes`);
  return path !== '' && isSafePath(path) ? ok(path) : refuse(`expected a path without .., found ${JSON.stringify(path)}`);
}
