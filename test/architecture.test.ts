import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';

const source = join(import.meta.dirname, '../src');

/** What each folder of src/ may import from; ARCHITECTURE.md shows the same list. */
const layers: Readonly<Record<string, readonly string[]>> = {
  base: [],
  unit: ['base'],
  graph: ['base', 'unit'],
  exec: ['base', 'unit'],
  type: ['base', 'unit', 'graph', 'exec'],
  net: ['base'],
  port: ['base', 'exec', 'net'],
  journal: ['base', 'port'],
  manager: ['base', 'unit', 'graph', 'exec', 'type', 'port'],
  api: ['base', 'unit', 'graph', 'net'],
  cli: ['base', 'api'],
  main: ['base', 'unit', 'graph', 'exec', 'type', 'net', 'port', 'journal', 'manager', 'api', 'cli'],
};

/** Folders whose code is a function of its arguments: no files, clock, processes or promises. */
const pure = ['base', 'unit', 'graph', 'exec', 'type'];

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
  .toSorted();

test('each folder imports only from those that stand above it', () => {
  const broken = files.flatMap((path) => {
    const layer = path.split('/')[0] ?? '';
    return imports(path)
      .filter((target) => target.startsWith('.'))
      .map((target) => relative(source, join(source, dirname(path), target)).split('/')[0] ?? '')
      .filter((target) => target !== layer && !(layers[layer] ?? []).includes(target))
      .map((target) => `${path} imports from ${target}`);
  });
  assert.deepEqual(broken, []);
});

test('the pure folders know no files, clocks or processes', () => {
  const broken = files
    .filter((path) => pure.includes(path.split('/')[0] ?? ''))
    .flatMap((path) => {
      const text = readFileSync(join(source, path), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      const words = [
        /\bDate\.now\b/,
        /\bnew Date\(\)/,
        /\bMath\.random\b/,
        /\bsetTimeout\b/,
        /\basync\b/,
        /\bawait\b/,
        /\bprocess\.(env|exit|argv|pid|getuid|hrtime|nextTick|std)/,
        /\bperformance\./,
      ];
      return [
        ...imports(path)
          .filter((target) => target.startsWith('node:'))
          .map((target) => `${path} imports ${target}`),
        ...words.filter((word) => word.test(text)).map((word) => `${path} has ${word.source}`),
      ];
    });
  assert.deepEqual(broken, []);
});

test('no module imports itself by way of others: what it takes from them when it is made is there, whichever is loaded first', () => {
  const uses = new Map(files.map((path) => [path, valuesFrom(path)]));
  // These two only call each other, and long after both are made.
  const allowed = ['type/service/exit.ts', 'type/service/pid-file.ts'];
  const broken = files.filter((path) => !allowed.includes(path) && reachedFrom(path, uses).has(path));
  assert.deepEqual(broken, []);
});

test('every folder of src has its place in the list', () => {
  const folders = new Set(files.map((path) => path.split('/')[0] ?? ''));
  assert.deepEqual(
    [...folders].filter((folder) => !(folder in layers)),
    [],
  );
});

function imports(path: string): readonly string[] {
  const text = readFileSync(join(source, path), 'utf8');
  return [
    ...text.matchAll(/(?:^|\n)(?:import|export)[^'"\n]*?(?:\{[^}]*\}\s*from\s*)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g),
  ].map((match) => match[1] ?? match[2] ?? '');
}

/** The modules of src/ from which this one imports more than types. */
function valuesFrom(path: string): readonly string[] {
  const text = readFileSync(join(source, path), 'utf8');
  return [...text.matchAll(/(?:^|\n)(?:import|export)\s+(?!type\b)([^;'"]*?)from\s+'(\.[^']+)'/g)]
    .filter(([, names = '']) =>
      names
        .replaceAll(/[{}\s]/g, ' ')
        .split(',')
        .some((name) => name.trim() !== '' && !name.trim().startsWith('type ')),
    )
    .map(([, , target = '']) => join(dirname(path), target));
}

function reachedFrom(path: string, uses: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set(uses.get(path));
  for (const next of reached) for (const target of uses.get(next) ?? []) reached.add(target);
  return reached;
}

test('no source holds a control character in the place of its escape', () => {
  const root = join(import.meta.dirname, '..');
  const sources = ['src', 'test', 'keeper', 'front', 'session', 'bench', 'build'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(?:ts|c|h)$/.test(path))
      .map((path) => join(folder, path)),
  );
  const odd = sources.filter((path) => /[\u0000-\u0008\u000b-\u001f\u007f]/.test(readFileSync(join(root, path), 'utf8')));
  assert.deepEqual(odd, []);
});
