import { isFileName, simplifyPath } from '../../base/path.ts';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { ValueContext, ValueError, ValueParser } from './parser.ts';
import { isBlank, skipBlanks } from './scan.ts';
import type { Command } from './types.ts';
import { decoded, nextWord } from './words.ts';
import type { Word } from './words.ts';

/**
 * Exec*=: one or more commands, divided by a lone `;` (systemd.service(5), "Command lines"). A command that cannot be
 * understood makes the unit `bad-setting`, unless it has the prefix `-`; then it and what follows it are dropped.
 */
export const commands: ValueParser<readonly Command[]> = (text, context) => {
  const list: Command[] = [];
  for (let at = 0; at >= 0;) {
    const first = nextWord(text, at, decoded, context);
    // systemd drops a line whose first word cannot be read, and keeps the unit.
    if (!first.ok) return list.length === 0 ? first : kept(list, first.error, context);
    if (first.value === undefined) break;
    if (first.value.text === ';') {
      at = first.value.next;
      continue;
    }
    const command = readCommand(text, first.value, context);
    if (!command.ok) return command.error.fatal === true ? command : kept(list, command.error, context);
    list.push(command.value.command);
    at = command.value.next;
  }
  return ok(list);
};

interface Read {
  readonly command: Command;
  /** Where the next command begins, -1 where there is none. */
  readonly next: number;
}

function readCommand(text: string, first: Word, context: ValueContext): Result<Read, ValueError> {
  const prefixes = readPrefixes(first.text);
  const wrong = (message: string, offset: number): { readonly ok: false; readonly error: ValueError } =>
    err({ message, offset, fatal: !prefixes.ignoreFailure });
  const offset = first.offset + prefixes.length;
  const expansion = context.specifiers.expand(first.text.slice(prefixes.length), 'full');
  if (!expansion.ok) return wrong(expansion.error.message, offset + expansion.error.offset);
  const path = expansion.value;
  const trouble = troubleWith(path);
  if (trouble !== undefined) return wrong(trouble, offset);
  const rest = readArguments(text, first.next, context);
  if (!rest.ok) return wrong(rest.error.message, rest.error.offset ?? offset);
  const argv = prefixes.ownName ? rest.value.argv : [path, ...rest.value.argv];
  if (argv.length === 0 || argv[0] === '') return wrong('expected the name of the process after the path, because of the prefix @', offset);
  const { ignoreFailure, expand, privilege } = prefixes;
  return ok({ command: { path: simplifyPath(path), argv, ignoreFailure, expand, privilege }, next: rest.value.next });
}

interface Prefixes {
  readonly ignoreFailure: boolean;
  readonly expand: boolean;
  readonly privilege: Command['privilege'];
  /** `@`: the next word is argv[0]. */
  readonly ownName: boolean;
  readonly length: number;
}

function readPrefixes(word: string): Prefixes {
  let ignoreFailure = false;
  let expand = true;
  let ownName = false;
  let privilege: Command['privilege'] = 'normal';
  let length = 0;
  for (; length < word.length; length++) {
    const prefix = word[length];
    if (prefix === '-' && !ignoreFailure) ignoreFailure = true;
    else if (prefix === '@' && !ownName) ownName = true;
    else if (prefix === ':' && expand) expand = false;
    else if (prefix === '+' && privilege === 'normal') privilege = 'full';
    else if (prefix === '!' && privilege === 'normal') privilege = 'no-credentials';
    else if (prefix === '!' && privilege === 'no-credentials') privilege = 'ambient-fallback';
    else break;
  }
  return { ignoreFailure, expand, privilege, ownName, length };
}

function troubleWith(path: string): string | undefined {
  if (path === '') return 'expected the path of a program, found nothing';
  if (UNSAFE.test(path)) return `expected a path without quotes, backslashes and control characters, found ${JSON.stringify(path)}`;
  if (path.endsWith('/')) return `expected the path of a program, found that of a directory: ${JSON.stringify(path)}`;
  if (path.startsWith('/') || isFileName(path)) return undefined;
  return `expected an absolute path or a bare file name, found ${JSON.stringify(path)}`;
}

const UNSAFE = /[\u0000-\u001f\u007f"'\\]/;

function readArguments(
  text: string,
  start: number,
  context: ValueContext,
): Result<{ readonly argv: readonly string[]; readonly next: number }, ValueError> {
  const argv: string[] = [];
  for (let at = start; at >= 0 && at < text.length;) {
    if (text[at] === ';' && endsWord(text, at + 1)) return ok({ argv, next: skipBlanks(text, at + 1) });
    // Only a bare \; is a semicolon; within a longer word it stays as it is.
    if (text[at] === '\\' && text[at + 1] === ';' && endsWord(text, at + 2)) {
      argv.push(';');
      at = skipBlanks(text, at + 2);
      continue;
    }
    const word = nextWord(text, at, decoded, context);
    if (!word.ok) return word;
    if (word.value === undefined) break;
    const expansion = context.specifiers.expand(word.value.text, 'full');
    if (!expansion.ok) return err({ message: expansion.error.message, offset: word.value.offset + expansion.error.offset });
    argv.push(expansion.value);
    at = word.value.next;
  }
  return ok({ argv, next: -1 });
}

function endsWord(text: string, at: number): boolean {
  return at >= text.length || isBlank(text.charCodeAt(at));
}

/** The commands before the one that was dropped. */
function kept(list: readonly Command[], error: ValueError, context: ValueContext): Result<readonly Command[], ValueError> {
  context.warn({ ...error, message: `${error.message}; the command is ignored`, told: true });
  return ok(list);
}
