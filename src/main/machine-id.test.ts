import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { settleMachineId } from './machine-id.ts';

const id = '0123456789abcdef0123456789abcdef';
const uuid = '11111111-2222-3333-4444-555555555555';

interface Machine {
  readonly files?: Readonly<Record<string, string>>;
  readonly told?: string;
  readonly container?: string;
  /** /etc cannot be written to: that another file goes over the one there works, or not. */
  readonly covers?: boolean;
}

/** What becomes of a machine's id; `?` stands for a random one. */
function settled({ files = {}, told, container, covers }: Machine) {
  const root = mkdtempSync(join(tmpdir(), 'machine-id-'));
  try {
    for (const [path, text] of Object.entries({ '/etc/hostname': 'x', ...files })) {
      mkdirSync(join(root, dirname(path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    // Where even root could write, a directory is in the way.
    if (covers !== undefined) mkdirSync(join(root, '/etc/machine-id'));
    const said: string[] = [];
    const covered: string[] = [];
    const cover = (path: string, other: string): boolean => {
      covered.push(
        `${path.slice(root.length)} by ${other.slice(root.length)} ${readFileSync(other, 'utf8').replace(/^[0-9a-f]{32}\n$/, '?')}`,
      );
      return covers === true;
    };
    const isFirst = settleMachineId({ root, told, container, cover, tell: (text) => said.push(text.replaceAll(root, '')) });
    const text = covers === undefined ? readFileSync(join(root, '/etc/machine-id'), 'utf8') : covered.join();
    return [
      text === `${id}\n` || !/^[0-9a-f]{32}\n$/.test(text) ? text.trim() : text.startsWith('1'.repeat(8)) ? 'container' : '?',
      isFirst,
      ...said,
    ];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const random = 'Initializing machine ID from random generator.';

test('a machine that has an id keeps it', () => {
  assert.deepEqual(settled({ files: { '/etc/machine-id': `${id}\n` } }), [id, false]);
  assert.deepEqual(settled({ files: { '/etc/machine-id': id }, container: uuid }), [id, false]);
});

test('one without an id gets a random one, or what D-Bus or the container has', () => {
  for (const text of ['', 'garbage\n', `${'0'.repeat(32)}\n`, id.toUpperCase()])
    assert.deepEqual(settled({ files: { '/etc/machine-id': text } }), ['?', false, random], text);
  assert.deepEqual(settled({ files: { '/etc/machine-id': '', '/var/lib/dbus/machine-id': `${id}\n` }, container: uuid }), [
    id,
    false,
    'Initializing machine ID from D-Bus machine ID.',
  ]);
  assert.deepEqual(settled({ files: { '/etc/machine-id': '' }, container: uuid }), [
    'container',
    false,
    'Initializing machine ID from container UUID.',
  ]);
});

test('a machine whose file is missing, or says that it is not initialized, boots for the first time', () => {
  assert.deepEqual(settled({}), ['?', true, random]);
  assert.deepEqual(settled({ files: { '/etc/machine-id': 'uninitialized\n' } }), ['?', true, random]);
});

test('systemd.machine_id= goes before what the machine had', () => {
  const said = 'Initializing machine ID from the command line.';
  assert.deepEqual(settled({ files: { '/etc/machine-id': `${'9'.repeat(32)}\n` }, told: id }), [id, false, said]);
  assert.deepEqual(settled({ files: { '/etc/machine-id': `${id}\n` }, told: id }), [id, false]);
  assert.deepEqual(settled({ told: id }), [id, true, said]);
});

test('where the file cannot be written, another one goes over it, else that is told', () => {
  const [covering, isFirst, ...said] = settled({ covers: true });
  assert.deepEqual([covering, isFirst, said], ['/etc/machine-id by /run/machine-id ?', true, [random]]);
  const [, , first, problem] = settled({ covers: false });
  assert.deepEqual(first, random);
  assert.match(String(problem), /^\/etc\/machine-id is not set: EISDIR/);
});

test('the file that is made can be read by all, and written by nobody', () => {
  const root = mkdtempSync(join(tmpdir(), 'machine-id-'));
  const umask = process.umask(0);
  try {
    mkdirSync(join(root, 'etc'));
    settleMachineId({ root, told: undefined, container: undefined, cover: () => false, tell: () => undefined });
    assert.equal(statSync(join(root, '/etc/machine-id')).mode & 0o777, 0o444);
    assert.equal(existsSync(join(root, '/run')), false);
  } finally {
    process.umask(umask);
    rmSync(root, { recursive: true, force: true });
  }
});
