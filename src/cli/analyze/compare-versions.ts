import { compareVersions } from '../../base/version-order.ts';
import type { AnalyzeCall } from './call.ts';

/** What each operator wants of the order of two versions: below 0 where the first is older. */
const operators: Readonly<Record<string, (order: number) => boolean>> = {
  lt: (order) => order < 0,
  '<': (order) => order < 0,
  le: (order) => order <= 0,
  '<=': (order) => order <= 0,
  eq: (order) => order === 0,
  '==': (order) => order === 0,
  '=': (order) => order === 0,
  ne: (order) => order !== 0,
  '!=': (order) => order !== 0,
  '<>': (order) => order !== 0,
  ge: (order) => order >= 0,
  '>=': (order) => order >= 0,
  gt: (order) => order > 0,
  '>': (order) => order > 0,
};

/** `compare-versions A [OP] B`: which of them is newer; with an operator, only whether it holds. */
export function analyzeCompareVersions({ words, terminal }: AnalyzeCall): number {
  const [first = '', second = '', third] = words;
  if (third === undefined) {
    const order = compareVersions(first, second);
    terminal.print(`${shown(first)} ${order < 0 ? '<' : order > 0 ? '>' : '=='} ${shown(second)}`);
    return order < 0 ? 12 : order > 0 ? 11 : 0;
  }
  const holds = Object.hasOwn(operators, second) ? operators[second] : undefined;
  if (holds !== undefined) return holds(compareVersions(first, third)) ? 0 : 1;
  terminal.fail(`Unknown operator "${second}".`);
  return 1;
}

function shown(version: string): string {
  return version === '' ? "''" : version;
}
