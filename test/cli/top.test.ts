import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeStyle } from '../../src/cli/output/terminal.ts';
import { countedBy, parseTop, type TopOptions } from '../../src/cli/top/options.ts';
import { askedBy } from '../../src/cli/top/keys.ts';
import { headerLine, recordOf, renderRows, rowsOf } from '../../src/cli/top/rows.ts';
import { type Look, takeSample } from '../../src/cli/top/sample.ts';

/** A tree like that of a cgroup v2, with these files. */
function tree(files: Readonly<Record<string, string>>): { readonly root: string; write(path: string, text: string): void } & Disposable {
  const root = mkdtempSync(join(tmpdir(), 'tysd-top-'));
  const write = (path: string, text: string): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  return { root, write, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

function optionsOf(...argv: readonly string[]): TopOptions {
  const parsed = parseTop('systemd-cgtop', argv);
  assert.ok(parsed.ok);
  return parsed.value.options;
}

const look = (depth: number): Look => ({ depth, count: 'tasks', recursive: true });

const files = {
  'cpu.stat': 'usage_usec 3000000\nuser_usec 1\n',
  'pids.current': '12\n',
  'a.slice/cpu.stat': 'usage_usec 1000000\n',
  'a.slice/pids.current': '3\n',
  'a.slice/memory.current': '1572864\n',
  'a.slice/io.stat': '8:0 rbytes=1000 wbytes=500 rios=1 wios=1\n8:16 rbytes=24 wbytes=0 rios=1 wios=0\n',
  'a.slice/b.service/cpu.stat': 'usage_usec 500000\n',
  'a.slice/b.service/deep/er/cpu.stat': 'usage_usec 1\n',
  'empty/cgroup.procs': '',
};

test('each cgroup is shown with what is counted of it, in the columns of systemd-cgtop, and those without are left out', () => {
  using made = tree(files);
  const first = takeSample(made.root, look(3), 1_000_000);
  assert.deepEqual(renderRows(rowsOf(first, undefined, 'path'), optionsOf('-b'), undefined), [
    '/                      12      -        -        -        -',
    'a.slice                 3      -     1.5M        -        -',
    'a.slice/b.service       -      -        -        -        -',
  ]);
});

test('rates are those between two looks', () => {
  using made = tree(files);
  const first = takeSample(made.root, look(1), 1_000_000);
  made.write('a.slice/cpu.stat', 'usage_usec 2000000\n');
  made.write('a.slice/io.stat', '8:0 rbytes=3048 wbytes=500 rios=1 wios=1\n8:16 rbytes=24 wbytes=4096 rios=1 wios=0\n');
  const [top] = rowsOf(takeSample(made.root, look(1), 3_000_000), first, 'cpu');
  assert.deepEqual(top, { path: 'a.slice', tasks: 3, cpuUsec: 2_000_000, cpuShare: 0.5, memory: 1_572_864, input: 1024, output: 2048 });
});

test('cgroups are in the order that is asked for', () => {
  using made = tree({ 'x/pids.current': '1', 'x/memory.current': '9', 'y/pids.current': '5', 'y/memory.current': '2' });
  const paths = (order: string) =>
    rowsOf(takeSample(made.root, look(1), 1), undefined, optionsOf(`--order=${order}`).order).map(({ path }) => path);
  assert.deepEqual(
    [paths('path'), paths('tasks'), paths('memory')],
    [
      ['x', 'y'],
      ['y', 'x'],
      ['x', 'y'],
    ],
  );
});

test('raw numbers and processor time as a time are shown where they are asked for', () => {
  using made = tree({ 'x/cpu.stat': 'usage_usec 1500000\n', 'x/memory.current': '2048' });
  const options = optionsOf('-r', '--cpu=time');
  const rows = rowsOf(takeSample(made.root, look(1), 1), undefined, 'path');
  assert.deepEqual(renderRows(rows, options, undefined), ['x       - 1.500000s     2048        -        -']);
});

test('as JSON each cgroup is a record, with null for what is not known', () => {
  using made = tree({ 'x/cpu.stat': 'usage_usec 1500000\n', 'x/memory.current': '2048' });
  assert.equal(optionsOf('-o', 'json').json, 'json');
  assert.equal(optionsOf('--output=json-pretty').json, 'json-pretty');
  assert.deepEqual(rowsOf(takeSample(made.root, look(1), 1), undefined, 'path').map(recordOf), [
    { path: 'x', tasks: null, cpu_usec: 1_500_000, cpu_share: null, memory: 2048, input: null, output: null },
  ]);
});

test('processes are counted in place of tasks, with those of the cgroups below or without, and with threads of the kernel or without', () => {
  using made = tree({
    'cgroup.procs': '',
    'pids.current': '70',
    'x/cgroup.procs': `${process.pid}\n${process.ppid}\n2\n`,
    'x/y/cgroup.procs': `${process.pid}\n`,
    'x/y/z/cgroup.procs': `${process.pid}\n`,
  });
  const counted = (...argv: readonly string[]) =>
    Object.fromEntries(
      rowsOf(takeSample(made.root, optionsOf('--depth=2', ...argv), 1), undefined, 'path').map(({ path, tasks }) => [path, tasks]),
    );
  assert.deepEqual(counted(), { '/': 70 });
  assert.deepEqual(counted('-k'), { '/': 5, x: 5, 'x/y': 2 });
  // The second process is of the kernel, but in a container.
  const kernel = existsSync('/proc/2/comm') && readFileSync('/proc/2/comm', 'utf8') === 'kthreadd\n' ? 1 : 0;
  assert.deepEqual(counted('-P'), { '/': 5 - kernel, x: 5 - kernel, 'x/y': 2 });
  assert.deepEqual(counted('-P', '--recursive=no'), { x: 3 - kernel, 'x/y': 1 });
  const headers = [[], ['-P'], ['-k']].map(
    (argv) => headerLine([], optionsOf(...argv), 80, makeStyle({ colours: false, unicode: true })).match(/Tasks|Proc\S/)?.[0],
  );
  assert.deepEqual(headers, ['Tasks', 'Procs', 'Proc+']);
});

test('the header stands above its columns, and what the rows are ordered by stands out', () => {
  using made = tree({ 'x/cpu.stat': 'usage_usec 1500000\n', 'x/memory.current': '2048' });
  const rows = rowsOf(takeSample(made.root, look(1), 1), undefined, 'path');
  const plain = makeStyle({ colours: false, unicode: true });
  const marked = { ...plain, bold: (text: string) => text.toUpperCase() };
  for (const argv of [['--cpu=time'], ['--cpu=percentage']]) {
    const options = optionsOf('--order=memory', ...argv);
    const header = headerLine(rows, options, 70, marked);
    assert.match(header, /^Control Group {8,}Tasks .*CPU.* MEMORY {2}Input\/s Output\/s$/);
    assert.deepEqual(
      renderRows(rows, options, 70).map((row) => row.length),
      [70],
    );
    assert.equal(header.length, 70);
  }
});

test('keys change the order, the units and the delay, show what they do, and end it', () => {
  const options = optionsOf('-d', '1');
  const changed = (key: string): unknown => {
    const asked = askedBy(key, options);
    if (typeof asked !== 'object') return asked;
    const before = new Map<string, unknown>(Object.entries(options));
    return Object.fromEntries(Object.entries(asked.options).filter(([name, value]) => value !== before.get(name)));
  };
  const expected = new Map<string, unknown>([
    ['p', { order: 'path' }],
    ['t', { order: 'tasks' }],
    ['c', {}],
    ['m', { order: 'memory' }],
    ['i', { order: 'io' }],
    ['%', { cpuTime: true }],
    ['P', { count: 'processes' }],
    ['k', { count: 'all-processes' }],
    ['r', {}],
    ['+', { delayUsec: 2_000_000 }],
    ['-', { delayUsec: 750_000 }],
    [' ', {}],
    ['?', 'help'],
    ['h', 'help'],
    ['q', 'end'],
    ['\u0003', 'end'],
    ['x', undefined],
  ]);
  assert.deepEqual(new Map([...expected.keys()].map((key) => [key, changed(key)])), expected);
  const again = (key: string) => askedBy(key, optionsOf('-P'));
  assert.deepEqual(again('P'), { options: { ...optionsOf('-P'), count: 'tasks' } });
  assert.deepEqual(again('r'), { options: { ...optionsOf('-P'), recursive: false } });
  const fast = askedBy('-', optionsOf('-d', '300ms'));
  assert.ok(typeof fast === 'object' && fast.options.delayUsec === 250_000);
});

test('where no controller counts tasks, processes are counted, and only those can be counted without the cgroups below', () => {
  const counts = [[], ['--recursive=no'], ['-P', '--recursive=no']].map((argv) =>
    [true, false].map((tasksAreCounted) => {
      const counted = countedBy(optionsOf(...argv), tasksAreCounted);
      return counted.ok ? counted.value.count : 'refused';
    }),
  );
  assert.deepEqual(counts, [
    ['tasks', 'processes'],
    ['refused', 'processes'],
    ['processes', 'processes'],
  ]);
});

test('what is no number or order is refused', () => {
  for (const argv of [
    ['-n', 'x'],
    ['--depth=-1'],
    ['--order=size'],
    ['-d', '0'],
    ['--cpu=much'],
    ['-o', 'yaml'],
    ['-P', '--recursive=maybe'],
  ])
    assert.equal(parseTop('systemd-cgtop', argv).ok, false, argv.join(' '));
});
