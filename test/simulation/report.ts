import { judge } from './judge.ts';
import type { Scenario } from './scenario.ts';
import { shrink } from './shrink.ts';
import type { Violation } from './watch.ts';

/** What is said of a seed that fails: what did not hold, how to run it again, and a small scenario to paste into a test. */
export function failureText(seed: number, scenario: Scenario, violation: Violation, options: { readonly shrink: boolean }): string {
  const again = `npm run simulate -- --seed ${seed}`;
  const head = [`seed ${seed}: ${violation.invariant}, after ${violation.atUsec} µs`, violation.message, `again: ${again}`];
  if (!options.shrink) return head.join('\n');
  const small = shrink(scenario, (candidate) => judge(candidate).violation);
  return [...head, `in small: ${judge(small).violation?.message ?? 'gone'}`, testText(seed, small)].join('\n');
}

/** A test of test/simulation/simulation.test.ts. */
function testText(seed: number, scenario: Scenario): string {
  return `test('seed ${seed}', () => {\n  const scenario: Scenario = ${written(scenario, '  ')};\n  assert.deepEqual(judge(scenario).violation, undefined);\n});`;
}

/** As JSON, with what is short on one line. */
function written(value: unknown, indent: string): string {
  const flat = JSON.stringify(value);
  if (flat.length <= 110 || typeof value !== 'object' || value === null) return flat;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const items = Array.isArray(value)
    ? value.map((item) => written(item, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${written(item, inner)}`);
  return `${open}\n${items.map((item) => `${inner}${item},\n`).join('')}${indent}${close}`;
}
