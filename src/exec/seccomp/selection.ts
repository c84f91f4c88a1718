import { errnoName } from '../../unit/values/errno.ts';
import type { SyscallAction, SyscallList } from '../../unit/values/syscall-list.ts';
import { isSystemCall } from './architecture.ts';
import { callsOf, membersOf } from '../../unit/values/system-call-sets.ts';

/** What the lines of SystemCallFilter= or SystemCallLog= come to. */
export interface Selection {
  /** The calls are those that are allowed (or logged) rather than those that are not. */
  readonly allows: boolean;
  /** Each call by its name, and what is done with it where that was said of it. */
  readonly calls: ReadonlyMap<string, SyscallAction | undefined>;
}

/**
 * The lines of SystemCallFilter= folded: the first decides whether they list what is allowed, and what is listed the other way takes away
 * from that. What is allowed always includes `@default`, without which nothing runs (systemd.exec(5)). Undefined without lines.
 */
export function selectFiltered(lists: readonly SyscallList[]): Selection | undefined {
  return select(lists, callsOf('@default'));
}

/** The same of SystemCallLog=, where what is logged is what is named. */
export function selectLogged(lists: readonly SyscallList[]): Selection | undefined {
  return select(lists, []);
}

/** Every call that the lines come to, by name and with its error, as `systemctl show` has it: `~` where they are what is not allowed. */
export function shownSelection(selection: Selection | undefined): string {
  if (selection === undefined) return '~';
  const { allows, calls } = selection;
  const names = [...calls].flatMap(([name, action]) => (action === undefined ? name : allows ? [] : `${name}:${actionName(action)}`));
  return `${allows ? '' : '~'}${names.toSorted().join(' ')}`;
}

function actionName(action: SyscallAction): string {
  return action === 'kill' ? 'kill' : (errnoName(action) ?? String(action));
}

function select(lists: readonly SyscallList[], always: Iterable<string>): Selection | undefined {
  const [first] = lists;
  if (first === undefined) return undefined;
  const allows = !first.invert;
  const calls = new Map<string, SyscallAction | undefined>();
  if (allows) for (const call of always) calls.set(call, undefined);
  for (const { invert, rules } of lists) {
    for (const { name, action } of rules) {
      // An allowed call fails with no error.
      if (!invert && action !== undefined) continue;
      for (const call of name.startsWith('@') ? callsOf(name) : isKnown(name) ? [name] : []) {
        if (allows !== invert || (allows && action !== undefined)) calls.set(call, action);
        else calls.delete(call);
      }
    }
  }
  return { allows, calls };
}

/** What is to be said of names that there are not, and of errors that allowed calls are given. */
export function selectionWarnings(key: string, lists: readonly SyscallList[]): readonly string[] {
  return lists.flatMap(({ invert, rules }) =>
    rules.flatMap(({ name, action }) => {
      if (!invert && action !== undefined) return [`${key}=: allowed system calls cannot take an error, ${name} is ignored`];
      if (name.startsWith('@')) return membersOf(name) === undefined ? [`${key}=: there is no group ${name}, it is ignored`] : [];
      return isKnown(name) ? [] : [`${key}=: there is no system call ${name}, it is ignored`];
    }),
  );
}

function isKnown(call: string): boolean {
  known ??= new Set(callsOf('@known'));
  return isSystemCall(call) || known.has(call);
}

/** Names of calls that only other architectures have; made when they are first asked for. */
let known: ReadonlySet<string> | undefined;
