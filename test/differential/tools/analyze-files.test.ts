import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { assertTwins, ours, runs, theirs, type Call, whyNoTools } from './twin.ts';

const skip = whyNoTools();

/** A directory with these files; `-> TARGET` is a link. */
function treeOf(files: Readonly<Record<string, string>>): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'analyze-'));
  for (const [name, text] of Object.entries(files)) {
    const file = join(path, name);
    mkdirSync(dirname(file), { recursive: true });
    if (text.startsWith('-> ')) symlinkSync(text.slice(3), file);
    else writeFileSync(file, text);
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

const prefix = fc.constantFrom('etc', 'run', 'usr/local/lib', 'usr/lib', 'lib');
const place = fc.constantFrom(
  'systemd/system.conf',
  'systemd/system.conf.d/10-a.conf',
  'systemd/system.conf.d/20-b.conf',
  'systemd/system.conf.d/.hidden.conf',
  'systemd/system.conf.d/README',
  'tmpfiles.d/a.conf',
  'tmpfiles.d/b.conf',
  'udev/rules.d/50-a.rules',
  'udev/rules.d/50-a.conf',
  'systemd/system-preset/90-a.preset',
  'environment.d/e.conf',
  'environment',
  'kernel/install.d/a.install',
);
const content = fc.constantFrom('', '\n', '[Manager]\nLogLevel=info\n', '# a\n\n; b\nA=1', 'no line feed', 'blanks \n\n\n', '-> /dev/null');
const files = fc
  .uniqueArray(fc.tuple(prefix, place, content), { maxLength: 12, selector: ([where, what]) => `${where}/${what}` })
  .map((entries) => Object.fromEntries(entries.map(([where, what, text]) => [`${where}/${what}`, text])));
const word = fc.constantFrom(
  'systemd/system.conf',
  '/etc/systemd/system.conf',
  '/usr/lib/systemd/system.conf',
  '/run/tmpfiles.d',
  '/usr/local/lib/udev/rules.d',
  'tmpfiles.d',
  'tmpfiles.d/',
  'tmpfiles.d/a.conf',
  'udev/rules.d',
  'systemd/system-preset',
  'environment',
  'environment.d',
  'kernel/install.d',
  'nowhere.conf',
  'nowhere.d',
  '/opt/x.conf',
  '/etcetera/x',
);

test('cat-config prints of generated trees what systemd’s prints', { skip, timeout: 300_000 }, () =>
  fc.assert(
    fc.asyncProperty(files, fc.array(word, { minLength: 1, maxLength: 3 }), async (entries, words) => {
      using tree = treeOf({ 'etc/os-release': 'ID=x\n', ...entries });
      await assertTwins({ program: 'systemd-analyze', argv: ['cat-config', `--root=${tree.path}`, ...words] });
    }),
    runs(200),
  ),
);

test('cat-config --tldr leaves out all that says nothing', async () => {
  using tree = treeOf({ 'etc/systemd/system.conf': '# a\n\n[Empty]\n[Manager]\n; b\n\nLogLevel=info\nX=\n[Last]\n' });
  const { out } = await ours({ program: 'systemd-analyze', argv: ['--tldr', 'cat-config', `--root=${tree.path}`, 'systemd/system.conf'] });
  assert.deepEqual(out.split('\n').slice(1), ['[Manager]', 'LogLevel=info', 'X=']);
});

/** Names in the order of the alphabet, as the hash tables of systemd have none. */
function settled(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      line.replace(/^(aliases: \S+ ← )(.*)$/, (_, start: string, names: string) => start + names.split(', ').toSorted().join(', ')),
    )
    .toSorted()
    .join('\n');
}

const unit = fc.constantFrom('a.service', 'b.service', 'c.socket', 't@.service', 't@x.service', 'u@.service', 'bad', 'a.service.d/x.conf');
const unitContent = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('[Unit]\n', '[Unit]\n', '') },
  fc.constantFrom(
    '-> a.service',
    '-> t@.service',
    '-> t@x.service',
    '-> b.service',
    '-> /dev/null',
    '-> ../elsewhere/a.service',
    '-> nowhere.service',
  ),
);
const units = fc
  .uniqueArray(fc.tuple(fc.constantFrom('high', 'low'), unit, unitContent), {
    maxLength: 10,
    selector: ([where, what]) => `${where}/${what}`,
  })
  .map((entries) => Object.fromEntries(entries.map(([where, what, text]) => [`${where}/${what}`, text])));

test('unit-files lists names and aliases of generated trees as systemd’s does', { skip, timeout: 300_000 }, () =>
  fc.assert(
    fc.asyncProperty(units, fc.constantFrom([], ['a*'], ['*@*', 'b.service']), async (entries, patterns) => {
      using tree = treeOf({ 'elsewhere/a.service': '[Unit]\n', 'high/z.target': '[Unit]\n', 'low/z.target': '[Unit]\n', ...entries });
      const call: Call = {
        program: 'systemd-analyze',
        argv: ['unit-files', ...patterns],
        environment: { SYSTEMD_UNIT_PATH: `${tree.path}/high:${tree.path}/low` },
      };
      const [own, their] = [await ours(call), theirs(call)];
      assert.deepEqual({ out: settled(own.out), status: own.status }, { out: settled(their.out), status: their.status });
    }),
    runs(200),
  ),
);
