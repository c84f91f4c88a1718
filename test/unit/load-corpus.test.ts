import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { aliasRefusal } from '../../src/unit/alias.ts';
import { loadUnit } from '../../src/unit/load.ts';
import { UnitDirectory } from '../../src/unit/unit-directory.ts';
import { facts } from './facts.ts';
import { type Node, Tree } from './tree.ts';

interface AliasCase {
  readonly fn: string;
  readonly args: readonly (string | null)[];
  readonly ok: boolean;
}

interface DropInCase {
  readonly unit: string;
  readonly fragment?: string;
  readonly precedence?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly applied_in_order?: readonly string[];
}

interface RecursionCase {
  readonly pattern: string;
  readonly superset: boolean;
}

const DIRECTORY = '/lib/systemd/system';
const dropInCases: { readonly cases: readonly DropInCase[] } = JSON.parse(corpus('dropin-order.json'));
const service = '[Service]\nExecStart=/bin/true\n';

test('a link is an alias exactly where systemd takes it for one', () => {
  const all: readonly AliasCase[] = JSON.parse(corpus('unit-alias-symlink.json'));
  const cases = all.filter(({ fn }) => fn.startsWith('unit_validate_alias_symlink'));
  assert.equal(cases.length, 7);
  for (const { args, ok } of cases) {
    const [, from, to] = args;
    assert.equal(aliasRefusal(base(from ?? ''), base(to ?? '')) === undefined, ok, `${from} → ${to}`);
  }
});

test('of drop-ins with one name, the one in the directory that systemd prefers wins', () => {
  for (const { unit, fragment, precedence } of dropInCases.cases) {
    if (fragment === undefined || precedence === undefined) continue;
    const left = precedence.map((directory) => `${DIRECTORY}/${directory}/10-all.conf`);
    for (const expected of left) {
      const nodes = Object.fromEntries(left.slice(left.indexOf(expected)).map((path): [string, Node] => [path, '[Unit]\nDescription=x\n']));
      assert.deepEqual(load(unit, { ...nodes, [`${DIRECTORY}/${fragment}`]: service }).dropIns, [expected]);
    }
  }
});

test('drop-ins apply in the order that systemd has', () => {
  for (const { unit, files, applied_in_order: expected } of dropInCases.cases) {
    if (files === undefined || expected === undefined) continue;
    // A file of the corpus that is told without content still has some: an empty one would only mask.
    const nodes = Object.entries(files).map(([name, text]): [string, Node] => [`${DIRECTORY}/${name}`, `[Unit]\nDescription=${text}\n`]);
    const fragment = `${DIRECTORY}/${unit.replace(/@[^.]*/, '@')}`;
    assert.deepEqual(
      load(unit, { ...Object.fromEntries(nodes), [fragment]: service }).dropIns,
      expected.map((name) => `${DIRECTORY}/${name}`),
    );
  }
});

test('a dependency that names ever longer instances of its own template is dropped, and no other', () => {
  const all: readonly RecursionCase[] = JSON.parse(corpus('template-recursion.json'));
  const cases = all.filter(({ pattern }) => pattern.startsWith('foobar'));
  assert.equal(cases.length >= 8, true);
  for (const { pattern, superset } of cases) {
    const name = pattern.endsWith('.service') ? pattern : `${pattern}.service`;
    const config = load('foobar@123.service', { [`${DIRECTORY}/foobar@.service`]: `[Unit]\nWants=${name}\n${service}` });
    assert.equal(config.diagnostics.length > 0, superset, pattern);
  }
});

function load(unit: string, nodes: Readonly<Record<string, Node>>): ReturnType<typeof loadUnit> {
  return loadUnit(unit, { directory: new UnitDirectory(new Tree(nodes), [DIRECTORY]), facts });
}

function corpus(name: string): string {
  return readFileSync(new URL(`../corpus/${name}`, import.meta.url), 'utf8');
}

function base(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
