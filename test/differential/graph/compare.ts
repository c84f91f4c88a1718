import { isDeepStrictEqual } from 'node:util';
import type { Said } from '../run/both.ts';
import type { Net } from './generate.ts';

/** Lines that are chance with systemd itself, and what is left of them. */
const chances: readonly (readonly [RegExp, string])[] = [
  [/^(Failed to \S+ \S+: Transaction contains conflicting jobs) .*/, '$1'],
  [/^(Failed to \S+ \S+: Transaction for \S+ is destructive) .*/, '$1'],
  [/^(Failed to \S+ \S+: Transaction order is cyclic).*/, '$1'],
];

/** Why there is a circle, of which systemd says only that it is there. */
const explains = /^ {2}\S+ comes after \S+: /;

/** The first line in which what the managers said differs; undefined where it does not. */
export function difference(net: Net, said: Said): string | undefined {
  if (typeof said.systemd === 'string' || typeof said.tysd === 'string') return 'no answer';
  const [systemd, tysd] = [said.systemd.map(withoutChance), said.tysd.filter((line) => !explains.test(line)).map(withoutChance)];
  for (let index = 0; index < Math.max(systemd.length, tysd.length); index += 1) {
    const [theirs = '(nothing)', ours = '(nothing)'] = [systemd[index], tysd[index]];
    const differs = theirs.startsWith('began: ') && ours.startsWith('began: ') ? differsInOrder(net, theirs, ours) : theirs !== ours;
    if (differs) return `systemd: ${theirs}\n   tysd: ${ours}`;
  }
  return undefined;
}

function withoutChance(line: string): string {
  return chances.reduce((text, [pattern, rest]) => text.replace(pattern, rest), line);
}

/** The same processes began, and those of units that are ordered in the same order. */
function differsInOrder(net: Net, theirs: string, ours: string): boolean {
  const [first, second] = [namesIn(theirs), namesIn(ours)];
  if (!isDeepStrictEqual(first.toSorted(), second.toSorted())) return true;
  return net.units.some(({ relations }, unit) =>
    relations.some(({ kind, to }) => {
      if (kind !== 'After' && kind !== 'Before') return false;
      return comesFirst(first, unit, to) !== comesFirst(second, unit, to);
    }),
  );
}

function namesIn(line: string): readonly string[] {
  return line
    .slice('began: '.length)
    .split(' ')
    .filter((name) => name !== '');
}

/** Undefined where either did not begin exactly once. */
function comesFirst(names: readonly string[], a: number, b: number): boolean | undefined {
  const [one, other] = [String(a), String(b)];
  if (names.filter((name) => name === one || name === other).length !== 2 || !names.includes(one) || !names.includes(other))
    return undefined;
  return names.indexOf(one) < names.indexOf(other);
}
