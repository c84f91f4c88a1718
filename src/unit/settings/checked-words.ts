import { ok } from '../../base/result.ts';
import { refuse, type ValueParser } from '../values/parser.ts';
import { words } from '../values/words.ts';

/** What a word must be. */
interface Pattern {
  test(word: string): boolean;
}

/** Blank-separated words that must match; the others are dropped with a warning. */
export function wordsLike(pattern: Pattern, expected: string): ValueParser<readonly string[]> {
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

/** Blank-separated words that must match; one that does not makes the whole line count for nothing. */
export function allWordsLike(pattern: Pattern, expected: string): ValueParser<readonly string[]> {
  return (text, context) => {
    const split = words(text, context);
    const wrong = split.ok ? split.value.find((word) => !pattern.test(word)) : undefined;
    return wrong === undefined ? split : refuse(`expected ${expected}, found “${wrong}”`, Math.max(text.indexOf(wrong), 0));
  };
}

/** Words as `parse` takes them, which a `~` in front inverts. */
export function invertibleWords(
  parse: ValueParser<readonly string[]>,
): ValueParser<{ readonly invert: boolean; readonly names: readonly string[] }> {
  return (text, context) => {
    const invert = text.startsWith('~');
    const names = parse(invert ? text.slice(1) : text, context);
    return names.ok ? ok({ invert, names: names.value }) : names;
  };
}

/** A text that matches as a whole, taken as it is. */
export function textLike(pattern: Pattern, expected: string): ValueParser<string> {
  return (text) => (pattern.test(text) ? ok(text) : refuse(`expected ${expected}`));
}

/** Names of cgroup controllers, those of cgroup v1 and of systemd's own BPF programs included. */
export const controllerWord =
  /^(cpu|cpuacct|cpuset|io|blkio|memory|devices|pids|bpf-firewall|bpf-devices|bpf-foreign|bpf-socket-bind|bpf-restrict-network-interfaces)$/;

export const controllers = wordsLike(controllerWord, 'a cgroup controller such as cpu, io, memory or pids');

/** Names of processor architectures, as systemd spells them. */
export const architectureNames: ReadonlySet<string> = new Set(
  (
    'x86 x86-64 x32 arm arm64 arm-be arm64-be alpha arc arc-be cris ia64 loongarch64 m68k mips mips64 mips64-n32 mips-le mips64-le ' +
    'mips64-le-n32 nios2 parisc parisc64 ppc ppc-le ppc64 ppc64-le riscv32 riscv64 s390 s390x sh sh64 sparc sparc64 tilegx'
  ).split(' '),
);

/** Those, and that of the machine. */
export const architectures = wordsLike(
  { test: (word) => word === 'native' || architectureNames.has(word) },
  'an architecture such as native, x86-64 or arm64',
);
