import { ok } from '../../base/result.ts';
import { warnAt } from './combine.ts';
import { errnoNumber } from './errno.ts';
import { refuse } from './parser.ts';
import type { ValueParser } from './parser.ts';
import { callsOf, membersOf } from './system-call-sets.ts';
import { raw, splitWords } from './words.ts';

/** What a filtered call does in place of its work: ends the process, or fails with an error. */
export type SyscallAction = 'kill' | number;

/** One system call or `@group`; the action where it has its own. */
export interface SyscallRule {
  readonly name: string;
  readonly action?: SyscallAction;
}

/** SystemCallFilter= or SystemCallLog=; `invert` makes it a list of what is not allowed. */
export interface SyscallList {
  readonly invert: boolean;
  readonly rules: readonly SyscallRule[];
}

/** SystemCallFilter=, SystemCallLog=: names and `@groups`, each with `:action` if wanted, `~` in front for what is not allowed. What has no such name is told, and has no effect where the filter is made. */
export const syscallList: ValueParser<SyscallList> = (text, context) => {
  const invert = text.startsWith('~');
  const start = invert ? 1 : 0;
  const split = splitWords(text.slice(start), raw, context);
  if (!split.ok) return split;
  const rules: SyscallRule[] = [];
  for (const word of split.value) {
    const rule = parseRule(word.text);
    if (rule === undefined || !isKnown(rule.name)) {
      const message = `expected a system call or @group, with :errno if wanted, found ${JSON.stringify(word.text)}`;
      warnAt(context, rule === undefined ? { message } : { message, remark: true }, word.offset + start);
    }
    if (rule !== undefined) rules.push(rule);
  }
  return ok({ invert, rules });
};

/** SystemCallErrorNumber=: an error by name or number, or `kill`. */
export const syscallAction: ValueParser<SyscallAction> = (text) => {
  const action = parseAction(text);
  return action === undefined ? refuse('expected the name or number of an error such as EPERM, or kill') : ok(action);
};

let known: ReadonlySet<string> | undefined;

function isKnown(name: string): boolean {
  if (name.startsWith('@')) return membersOf(name) !== undefined;
  known ??= new Set(callsOf('@known'));
  return known.has(name);
}

function parseRule(text: string): SyscallRule | undefined {
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  if (!/^@?[A-Za-z0-9_-]+$/.test(name)) return undefined;
  if (colon < 0) return { name };
  const action = parseAction(text.slice(colon + 1));
  return action === undefined ? undefined : { name, action };
}

function parseAction(text: string): SyscallAction | undefined {
  return text === 'kill' ? 'kill' : errnoNumber(text);
}
