import { ok } from '../../base/result.ts';
import { refuse, type ValueParser } from '../values/parser.ts';
import { words } from '../values/words.ts';

/** Blank-separated words that must match; the others are dropped with a warning. */
export function wordsLike(pattern: RegExp, expected: string): ValueParser<readonly string[]> {
  return (text, context) => {
    const split = words(text, context);
    if (!split.ok) return split;
    return ok(
      split.value.filter((word) => {
        if (pattern.test(word)) return true;
        context.warn({ message: `expected ${expected}, found “${word}”`, offset: Math.max(text.indexOf(word), 0) });
        return false;
      }),
    );
  };
}

/** Words as `wordsLike` takes them, which a `~` in front inverts. */
export function invertibleWordsLike(
  pattern: RegExp,
  expected: string,
): ValueParser<{ readonly invert: boolean; readonly names: readonly string[] }> {
  const parse = wordsLike(pattern, expected);
  return (text, context) => {
    const invert = text.startsWith('~');
    const names = parse(invert ? text.slice(1) : text, context);
    return names.ok ? ok({ invert, names: names.value }) : names;
  };
}

/** A text that matches as a whole, taken as it is. */
export function textLike(pattern: RegExp, expected: string): ValueParser<string> {
  return (text) => (pattern.test(text) ? ok(text) : refuse(`expected ${expected}`));
}

/** Names of cgroup controllers, those of cgroup v1 and of systemd's own BPF programs included. */
export const controllers = wordsLike(
  /^(cpu|cpuacct|cpuset|io|blkio|memory|devices|pids|bpf-firewall|bpf-devices|bpf-foreign|bpf-socket-bind|bpf-restrict-network-interfaces)$/,
  'a cgroup controller such as cpu, io, memory or pids',
);

/** Names of processor architectures, as systemd spells them. */
export const architectures = wordsLike(/^(native|[a-z][a-z0-9]+(-[a-z0-9]+)*)$/, 'an architecture such as native, x86-64 or arm64');
