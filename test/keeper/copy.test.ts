import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Plan } from '../../src/exec/op.ts';
import { startKeeper } from './harness.ts';

const skip = process.getuid?.() === 0 ? false : 'needs root';

function sh(directory: string, script: string): string {
  return execFileSync('sh', ['-euc', script], { cwd: directory, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Every entry below a directory: kind, mode, owners, device, names, times, size and target. */
function told(directory: string): string {
  return sh(
    directory,
    `find . -printf '%P %y %m %U:%G %n %T@ %s %l\\n' | sed -E '/^ d|^[^ ]* d/s/ [0-9]+ ([0-9.]+) [0-9]+ / \\1 /' | sort`,
  );
}

interface Shop extends AsyncDisposable {
  readonly at: string;
  copy(from: string, to: string): Promise<readonly number[]>;
  own(path: string, uid: number, gid: number): Promise<readonly number[]>;
}

/** A directory with a keeper whose children copy. */
async function workshop(before = ':'): Promise<Shop> {
  const keeper = await startKeeper([], false, before);
  const manager = await keeper.manager();
  const at = join(keeper.directory, 'w');
  mkdirSync(at);
  let child = 0;
  const run = async (...plan: Plan): Promise<readonly number[]> => {
    child += 1;
    const id = child;
    manager.do({ do: 'run', child: id, group: '', plan });
    const { exit } = await manager.event('exited', (event) => event.child === id);
    return [exit.status, exit.failedOp, exit.errno];
  };
  return {
    at,
    copy: (path, to) => run({ op: 'own-directory', path: to, mode: 0o700 }, { op: 'copy-once', path, to }),
    own: (path, uid, gid) => run({ op: 'directory', path, mode: 0o700, uid, gid }),
    [Symbol.asyncDispose]: () => {
      // What has no path that is short enough is removed by a tool that needs none.
      execFileSync('rm', ['-rf', at]);
      return keeper[Symbol.asyncDispose]();
    },
  };
}

const good = [0, -1, 0];

test('a copy of a tree has all that the tree has, and only root may enter it', { skip }, async () => {
  await using shop = await workshop();
  sh(
    shop.at,
    `mkdir -p tree/deep/er tree/empty; cd tree
     echo text >file; ln file deep/again; ln file deep/er/third
     ln -s /etc/passwd link; ln link deep/link; ln -s ../../outside deep/away
     mkfifo fifo; mknod null c 1 3; truncate -s 1M sparse; echo end >>sparse
     printf 'set' >program; chown 1:2 program link deep; chmod 6755 program; chmod 1777 empty; chmod 0 file
     touch -d @1000000000.5 file sparse program deep empty fifo null; touch -hd @999999999 link deep/away`,
  );
  assert.deepEqual(await shop.copy(join(shop.at, 'tree'), join(shop.at, 'to')), good);
  assert.equal(told(join(shop.at, 'to/root')), told(join(shop.at, 'tree')));
  assert.equal(sh(shop.at, 'cat to/root/deep/again; stat -c %t:%T to/root/null; tail -c 4 to/root/sparse'), 'text\n1:3\nend\n');
  assert.ok(statSync(join(shop.at, 'to/root/sparse')).blocks <= statSync(join(shop.at, 'tree/sparse')).blocks);
  assert.deepEqual([readdirSync(join(shop.at, 'to')), statSync(join(shop.at, 'to')).mode & 0o777], [['root'], 0o700]);
});

test('attributes come along, and rights of programs among them', { skip: skip || whyNoAttributes() }, async () => {
  await using shop = await workshop();
  sh(shop.at, 'mkdir tree; echo >tree/program; setcap cap_chown+ep tree/program; chown 5 tree');
  assert.deepEqual(await shop.copy(join(shop.at, 'tree'), join(shop.at, 'to')), good);
  assert.equal(sh(shop.at, 'getcap to/root/program').trim(), 'to/root/program cap_chown=ep');
});

function whyNoAttributes(): string | false {
  try {
    execFileSync('sh', ['-c', 'command -v setcap getcap'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'needs setcap (apt-get install libcap2-bin)';
  }
}

test('a copy is made once, and one that somebody was killed over is made anew', { skip }, async () => {
  await using shop = await workshop();
  sh(shop.at, 'mkdir -p tree to/making/half to/links; echo first >tree/file; echo >to/links/1-1; chmod 700 to');
  assert.deepEqual(await shop.copy(join(shop.at, 'tree'), join(shop.at, 'to')), good);
  assert.deepEqual([readdirSync(join(shop.at, 'to')), readdirSync(join(shop.at, 'to/root'))], [['root'], ['file']]);
  writeFileSync(join(shop.at, 'tree/file'), 'second\n');
  writeFileSync(join(shop.at, 'to/root/own'), '');
  assert.deepEqual(await shop.copy(join(shop.at, 'tree'), join(shop.at, 'to')), good);
  assert.deepEqual([readFileSync(join(shop.at, 'to/root/file'), 'utf8'), existsSync(join(shop.at, 'to/root/own'))], ['first\n', true]);
});

test('many at the same time have one copy', { skip }, async () => {
  await using shop = await workshop();
  sh(shop.at, 'mkdir tree; for i in $(seq 300); do echo $i >tree/$i; done');
  const ends = await Promise.all(Array.from({ length: 8 }, () => shop.copy(join(shop.at, 'tree'), join(shop.at, 'to'))));
  assert.deepEqual(
    ends,
    Array.from({ length: 8 }, () => good),
  );
  assert.deepEqual([readdirSync(join(shop.at, 'to')), readdirSync(join(shop.at, 'to/root')).length], [['root'], 300]);
});

test('an image is copied as a file, and what is neither is refused', { skip }, async () => {
  await using shop = await workshop();
  sh(shop.at, 'truncate -s 3M image; echo behind >>image; mkfifo fifo');
  assert.deepEqual(await shop.copy(join(shop.at, 'image'), join(shop.at, 'to')), good);
  sh(shop.at, 'cmp image to/root');
  assert.deepEqual(await shop.copy(join(shop.at, 'fifo'), join(shop.at, 'to-fifo')), [226, 1, 20]);
  assert.deepEqual(await shop.copy(join(shop.at, 'missing'), join(shop.at, 'to-missing')), [226, 1, 2]);
});

test('no copy leaves the tree: not by a link, not by a mount, not where it goes to', { skip }, async () => {
  await using shop = await workshop();
  sh(shop.at, 'mkdir -p outside tree/mounted victim; echo secret >outside/secret; ln -s ../outside tree/link; ln -s victim to');
  execFileSync('mount', ['--bind', join(shop.at, 'outside'), join(shop.at, 'tree/mounted')]);
  try {
    assert.deepEqual(await shop.copy(join(shop.at, 'tree'), join(shop.at, 'copy')), good);
  } finally {
    execFileSync('umount', [join(shop.at, 'tree/mounted')]);
  }
  assert.equal(sh(join(shop.at, 'copy/root'), 'find . | sort'), '.\n./link\n./mounted\n');
  assert.deepEqual(await shop.copy(join(shop.at, 'tree'), join(shop.at, 'to')), [226, 0, 20]);
  assert.deepEqual(readdirSync(join(shop.at, 'victim')), []);
});

/** Directories below each other that no single path could name, with a file in the last. */
function deepTree(at: string, thousands: number): void {
  const thousand = 'd/'.repeat(1000);
  const make = `for i in $(seq ${thousands}); do mkdir -p ${thousand} && cd -P ${thousand} || exit 1; done; echo text >file`;
  execFileSync('bash', ['-c', make], { cwd: at, stdio: ['ignore', 'ignore', 'inherit'] });
}

test('a tree is copied and owned however deep it is for a path, with few descriptors', { skip }, async () => {
  await using shop = await workshop('ulimit -n 180');
  sh(shop.at, 'mkdir -p tree/beside; echo >tree/beside/file');
  deepTree(join(shop.at, 'tree'), 1);
  assert.deepEqual(await shop.copy(join(shop.at, 'tree'), join(shop.at, 'to')), good);
  const names = (directory: string) => sh(shop.at, `cd ${directory}; find . -printf '%y %m %d %f\\n' | sort | md5sum; find . | wc -l`);
  assert.equal(names('to/root'), names('tree'));
  assert.deepEqual(await shop.own(join(shop.at, 'tree'), 41, 42), good);
  assert.equal(sh(shop.at, 'find tree -uid 41 -gid 42 | wc -l; find tree | wc -l'), '1004\n1004\n');
});

test('a tree that is deeper than anybody needs fails, and what was made of it can be removed', { skip }, async () => {
  await using shop = await workshop();
  sh(shop.at, 'mkdir tree');
  deepTree(join(shop.at, 'tree'), 3);
  assert.deepEqual(await shop.copy(join(shop.at, 'tree'), join(shop.at, 'to')), [226, 1, 36]);
  assert.equal(existsSync(join(shop.at, 'to/root')), false);
  assert.deepEqual(await shop.own(join(shop.at, 'tree'), 41, 42), [233, 0, 36]);
  symlinkSync('/nonexistent', join(shop.at, 'dangling'));
  assert.deepEqual(await shop.copy(join(shop.at, 'dangling'), join(shop.at, 'to-dangling')), [226, 1, 2]);
});
