import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import type { Op, Plan } from '../../src/exec/op.ts';
import { type TestKeeper, shell, startKeeper } from './harness.ts';

const privileged = process.getuid?.() === 0;

/** Runs a plan and gives how the child ended. */
async function run(keeper: TestKeeper, plan: Plan) {
  const manager = await keeper.manager();
  manager.do({ do: 'run', child: 1, group: '', plan });
  const { exit } = await manager.event('exited');
  return { how: exit.how, status: exit.status, failedOp: exit.failedOp, errno: exit.errno };
}

const good = { how: 'exited', status: 0, failedOp: -1, errno: 0 };

/** A shell that writes about itself; every line is `name value`. It reads its own signal mask: while it starts a program that is another. */
const introspect = `exec >"$REPORT"
echo "cwd $(pwd)"
echo "umask $(umask)"
echo "ids $(id -u) $(id -g) $(id -G)"
echo "session $(($(cut -d' ' -f6 /proc/$$/stat) == $$))"
echo "nice $(cut -d' ' -f19 /proc/$$/stat)"
echo "oom $(cat /proc/$$/oom_score_adj)"
echo "files $(ulimit -S -n) $(ulimit -H -n)"
echo "core $(ulimit -S -c) $(ulimit -H -c)"
while read -r name value; do case "$name" in NoNewPrivs:|SigBlk:|SigIgn:) echo "\${name%:} $value" ;; esac; done </proc/$$/status
echo "env $GREETING $SELF $((SELF == $$))" | sed "s/ $$ / pid /"
ls -l /proc/$$/fd >"$REPORT.fds"
sed -n 's/.* \\([0-9]*\\) -> \\([^:]*\\).*/fd \\1 \\2/p' "$REPORT.fds"
`;

async function report(keeper: TestKeeper, ops: readonly Op[]): Promise<readonly string[]> {
  const path = join(keeper.directory, 'report');
  writeFileSync(path, '', { mode: 0o666 });
  const { mode } = statSync(path);
  assert.equal(mode & 0o400, 0o400);
  const result = await run(keeper, [
    ...ops,
    { op: 'env-pid', name: 'SELF' },
    {
      op: 'exec',
      paths: ['/nonexistent/sh', '/bin/sh'],
      argv: ['payload', '-c', introspect],
      env: ['PATH=/usr/bin:/bin', `REPORT=${path}`, 'GREETING=hello'],
    },
  ]);
  assert.deepEqual(result, good);
  return readFileSync(path, 'utf8').trimEnd().split('\n');
}

test('a payload is what its plan asked for: directory, umask, session, limits, signals, environment, descriptors', async () => {
  await using keeper = await startKeeper();
  const lines = await report(keeper, [
    { op: 'signals', ignorePipe: 1 },
    { op: 'setsid' },
    { op: 'rlimit', resource: 7, soft: 300n, hard: 400n },
    { op: 'rlimit', resource: 4, soft: 0n, hard: 0n },
    { op: 'nice', value: 5 },
    { op: 'oom-score', value: 500 },
    { op: 'umask', mask: 0o27 },
    { op: 'open', slot: 0, path: '/dev/null', flags: 0, mode: 0 },
    { op: 'open', slot: 1, path: '/dev/zero', flags: 0, mode: 0 },
    { op: 'open', slot: 2, path: '/dev/full', flags: 0, mode: 0 },
    { op: 'dup', slot: 0, number: 0 },
    { op: 'dup', slot: 1, number: 3 },
    { op: 'dup', slot: 2, number: 4 },
    { op: 'chdir', path: '/usr' },
    { op: 'no-new-privileges' },
  ]);
  const { uid, gid } = statSync('/proc/self');
  assert.deepEqual(
    lines.filter((line) => !/^fd ([12]|10) /.test(line) && !line.startsWith('ids')),
    [
      'cwd /usr',
      'umask 0027',
      'session 1',
      'nice 5',
      'oom 500',
      'files 300 400',
      'core 0 0',
      'SigBlk 0000000000000000',
      'SigIgn 0000000000001000',
      'NoNewPrivs 1',
      'env hello pid 1',
      'fd 0 /dev/null',
      'fd 3 /dev/zero',
      'fd 4 /dev/full',
    ],
  );
  assert.ok(lines.some((line) => line.startsWith(`ids ${uid} ${gid} `)));
});

test('a payload has none of the keeper’s descriptors, limits, blocked signals or environment unless asked', async () => {
  await using keeper = await startKeeper();
  const lines = await report(keeper, [{ op: 'signals', ignorePipe: 0 }]);
  assert.deepEqual(
    lines.filter((line) => /^(files|Sig|fd)/.test(line) && !/^fd ([12]|10) /.test(line)),
    [
      `files ${/Max open files\s+(\d+)\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.slice(1).join(' ')}`,
      'SigBlk 0000000000000000',
      'SigIgn 0000000000000000',
      'fd 0 /dev/null',
    ],
  );
});

test('ids are those of the plan', { skip: !privileged }, async () => {
  await using keeper = await startKeeper();
  const path = join(keeper.directory, 'report');
  const plan: Plan = [
    { op: 'open', slot: 0, path, flags: 0o101, mode: 0o600 },
    { op: 'dup', slot: 0, number: 1 },
    { op: 'groups', gids: ['7', '9'] },
    { op: 'gid', gid: 12 },
    { op: 'uid', uid: 34 },
    { op: 'exec', paths: ['/bin/sh'], argv: ['sh', '-c', 'id -u; id -g; id -G'], env: ['PATH=/usr/bin:/bin'] },
  ];
  assert.deepEqual(await run(keeper, plan), good);
  assert.equal(readFileSync(path, 'utf8'), '34\n12\n12 7 9\n');
});

test('the op that fails is named with its errno, and ends the child with its exit status', async () => {
  await using keeper = await startKeeper();
  assert.deepEqual(await run(keeper, [{ op: 'umask', mask: 0 }, { op: 'chdir', path: '/nonexistent' }, ...shell('exit 0')]), {
    how: 'exited',
    status: 200,
    failedOp: 1,
    errno: 2,
  });
});

test('the exit status of the op itself wins over that of the table', async () => {
  await using keeper = await startKeeper();
  assert.deepEqual(await run(keeper, [{ op: 'chdir', path: '/nonexistent', exit: 77 }]), {
    how: 'exited',
    status: 77,
    failedOp: 0,
    errno: 2,
  });
});

test('the op fail ends as a failure of any other op', async () => {
  await using keeper = await startKeeper();
  assert.deepEqual(await run(keeper, [{ op: 'fail', errno: 3, exit: 217 }]), { how: 'exited', status: 217, failedOp: 0, errno: 3 });
});

test('a failure that is tolerated does not stop the plan', async () => {
  await using keeper = await startKeeper();
  assert.deepEqual(
    await run(keeper, [
      { op: 'chdir', path: '/nonexistent', tolerate: true },
      { op: 'exit', status: 9 },
    ]),
    {
      ...good,
      status: 9,
    },
  );
});

test('exec of a program that is not there fails with 203, and so does one that may not be executed', async () => {
  await using keeper = await startKeeper();
  assert.deepEqual(await run(keeper, [{ op: 'exec', paths: ['/nonexistent'], argv: ['x'], env: [] }]), {
    how: 'exited',
    status: 203,
    failedOp: 0,
    errno: 2,
  });
});

test('what is removed below a base is reached through no symlink, and one failure keeps nothing else from being removed', async () => {
  await using keeper = await startKeeper();
  const at = (name: string) => join(keeper.directory, name);
  for (const name of ['base/own/deep', 'base/tree/deep', 'victim/deep']) mkdirSync(at(name), { recursive: true });
  symlinkSync(at('base'), at('link-to-base'));
  symlinkSync(at('victim'), at('base/own/link'));
  symlinkSync(at('victim'), at('base/leaf'));
  const paths = ['own/link/deep', 'missing/deep', 'leaf', 'tree', '../victim'];
  const plan: Plan = [{ op: 'remove-below', bases: paths.map(() => at('link-to-base')), paths }];
  assert.deepEqual(await run(keeper, plan), { how: 'exited', status: 233, failedOp: 0, errno: 20 });
  assert.deepEqual(
    ['victim/deep', 'base/own/link', 'base/tree'].map((name) => existsSync(at(name))),
    [true, true, false],
  );
  assert.throws(() => lstatSync(at('base/leaf')));
});

test('a tree of any depth is removed with few descriptors, whatever has the names that its depths are moved to', async () => {
  await using keeper = await startKeeper();
  const at = (name: string) => join(keeper.directory, name);
  // Each part has short paths: the deeper ones are moved below the others.
  const levels = Array.from({ length: 250 }, () => 'd').join('/');
  mkdirSync(at('victim'));
  writeFileSync(at('victim/file'), '');
  mkdirSync(at('deep'));
  symlinkSync(at('victim'), at('deep/link'));
  for (let part = 0; part < 5; part += 1) {
    mkdirSync(at(`above/${levels}`), { recursive: true });
    writeFileSync(at(`above/${levels}/file`), '');
    renameSync(at('deep'), at(`above/${levels}/d`));
    renameSync(at('above'), at('deep'));
  }
  mkdirSync(at('deep/.deep-0/full'), { recursive: true });
  writeFileSync(at('deep/.deep-1'), '');
  symlinkSync(at('victim'), at('deep/.deep-2'));
  const few: Op = { op: 'rlimit', resource: 7, soft: 150n, hard: 150n };
  assert.deepEqual(await run(keeper, [few, { op: 'remove', path: at('deep') }]), good);
  assert.deepEqual([existsSync(at('deep')), existsSync(at('victim/file'))], [false, true]);
});

test('a plan without exec just carries out its ops: directories, files and links', async () => {
  await using keeper = await startKeeper();
  const at = (name: string) => join(keeper.directory, name);
  mkdirSync(at('old/deep/deeper'), { recursive: true });
  mkdirSync(at('spared'));
  writeFileSync(at('spared/file'), '');
  symlinkSync(at('spared'), at('old/deep/link'));
  writeFileSync(at('note'), '');
  const plan: Plan = [
    { op: 'umask', mask: 0 },
    { op: 'mkdir-parents', path: at('a/b/c'), mode: 0o755 },
    { op: 'mkdir', path: at('a/b/c'), mode: 0o700 },
    { op: 'mkdir', path: at('a/b/c'), mode: 0o700 },
    { op: 'directory', path: at('d/e'), mode: 0o750, uid: 0xffff_ffff, gid: 0xffff_ffff },
    { op: 'symlink', target: 'e', path: at('d/link') },
    { op: 'symlink', target: 'e', path: at('d/link') },
    { op: 'fifo', slot: 0, path: at('fifo'), mode: 0o640, uid: 0xffff_ffff, gid: 0xffff_ffff },
    { op: 'fifo', slot: 0, path: at('fifo'), mode: 0o640, uid: 0xffff_ffff, gid: 0xffff_ffff },
    { op: 'write', path: at('note'), bytes: new TextEncoder().encode('written') },
    { op: 'chmod', path: at('note'), mode: 0o604 },
    { op: 'remove', path: at('old') },
    { op: 'remove', path: at('old') },
    { op: 'unlink', path: at('missing') },
  ];
  assert.deepEqual(await run(keeper, plan), good);
  assert.deepEqual(
    {
      c: (statSync(at('a/b/c')).mode & 0o777).toString(8),
      e: (statSync(at('d/e')).mode & 0o777).toString(8),
      link: readlinkSync(at('d/link')),
      fifo: lstatSync(at('fifo')).isFIFO(),
      note: readFileSync(at('note'), 'utf8'),
      noteMode: (statSync(at('note')).mode & 0o777).toString(8),
      old: existsSync(at('old')),
      spared: existsSync(at('spared/file')),
    },
    { c: '700', e: '750', link: 'e', fifo: true, note: 'written', noteMode: '604', old: false, spared: true },
  );
});

test('directory gives a tree to its owner, without following links', { skip: !privileged }, async () => {
  await using keeper = await startKeeper();
  const at = (name: string) => join(keeper.directory, name);
  mkdirSync(at('state/sub'), { recursive: true });
  writeFileSync(at('outside'), '');
  writeFileSync(at('state/sub/file'), '');
  symlinkSync(at('outside'), at('state/sub/link'));
  assert.deepEqual(await run(keeper, [{ op: 'directory', path: at('state'), mode: 0o700, uid: 41, gid: 42 }]), good);
  const owner = (name: string) => [lstatSync(at(name)).uid, lstatSync(at(name)).gid];
  assert.deepEqual(
    [owner('state'), owner('state/sub/file'), owner('state/sub/link'), owner('outside')],
    [
      [41, 42],
      [41, 42],
      [41, 42],
      [0, 0],
    ],
  );
});

test('data is read by the program from the start', async () => {
  await using keeper = await startKeeper();
  const path = join(keeper.directory, 'copy');
  const plan: Plan = [
    { op: 'data', slot: 5, bytes: new TextEncoder().encode('from a memfd\n') },
    { op: 'open', slot: 6, path, flags: 0o101, mode: 0o600 },
    { op: 'dup', slot: 5, number: 0 },
    { op: 'dup', slot: 6, number: 1 },
    { op: 'exec', paths: ['/bin/cat'], argv: ['cat'], env: [] },
  ];
  assert.deepEqual(await run(keeper, plan), good);
  assert.equal(readFileSync(path, 'utf8'), 'from a memfd\n');
});

test('a mount point is made with what is above it, and refused where its path goes through a symlink', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const inside = (path: string): string => join(keeper.directory, path);
  mkdirSync(inside('real'));
  symlinkSync('real', inside('link'));
  writeFileSync(inside('file'), '');
  const plans: readonly Plan[] = [
    [
      { op: 'umask', mask: 0 },
      { op: 'no-symlink', path: inside('real/a/b') },
      { op: 'mkdir-all', path: inside('real/a/b'), mode: 0o705 },
      { op: 'mkdir-all', path: inside('file'), mode: 0o700 },
    ],
    [{ op: 'no-symlink', path: inside('link/a') }],
    [{ op: 'no-symlink', path: inside('real/../link') }],
    [{ op: 'mkdir-all', path: inside('file/a'), mode: 0o700 }],
  ];
  manager.do(...plans.map((plan, index) => ({ do: 'run', child: index + 1, group: '', plan }) as const));
  const exits = await Promise.all(plans.map((_, index) => manager.event('exited', ({ child }) => child === index + 1)));
  assert.deepEqual(
    exits.map(({ exit }) => [exit.failedOp, exit.errno]),
    [
      [-1, 0],
      [0, 40],
      [0, 40],
      [0, 20],
    ],
  );
  assert.deepEqual(
    ['real/a', 'real/a/b'].map((path) => statSync(inside(path)).mode & 0o777),
    [0o705, 0o705],
  );
});

test('a special file is opened if it can be polled', async () => {
  for (const [path, status, errno] of [
    ['/proc/self/mounts', 0, 0],
    ['/etc/passwd', 202, 1],
    ['/dev/null', 202, 1],
    ['/etc', 202, 17],
    ['/nonexistent', 202, 2],
  ] as const) {
    await using keeper = await startKeeper();
    const end = await run(keeper, [{ op: 'special', slot: 0, path, flags: 0 }]);
    assert.deepEqual([path, end.status, end.errno], [path, status, errno]);
  }
});

test('a message queue is made with its mode and limits, and removed', { skip: !privileged && 'needs a queue of its own' }, async () => {
  await using keeper = await startKeeper();
  const name = `/tysd-test-${process.pid}`;
  const queue: Op = { op: 'mqueue', slot: 0, name, mode: 0o620, messages: 3, size: 64 };
  const manager = await keeper.manager();
  const plans: readonly Plan[] = [
    [queue],
    [{ ...queue, mode: 0o600 }],
    [queue, { op: 'mq-unlink', name }, { op: 'mq-unlink', name }],
    [
      { ...queue, mode: 0o600, messages: 0, size: 0 },
      { op: 'mq-unlink', name },
    ],
  ];
  const ends: unknown[] = [];
  for (const [index, plan] of plans.entries()) {
    manager.do({ do: 'run', child: index + 1, group: '', plan });
    const { exit } = await manager.event('exited', ({ child }) => child === index + 1);
    ends.push([exit.status, exit.errno]);
  }
  assert.deepEqual(ends, [
    [0, 0],
    [202, 17],
    [0, 0],
    [0, 0],
  ]);
});

test('a pipe gets its size, and a path its attribute', async () => {
  await using keeper = await startKeeper();
  const path = join(keeper.directory, 'marked');
  writeFileSync(path, '');
  const end = await run(keeper, [
    { op: 'pipe', readSlot: 0, writeSlot: 1 },
    { op: 'pipe-size', slot: 1, size: 8192 },
    { op: 'xattr', slot: 0, path, name: 'security.SMACK64', value: new TextEncoder().encode('x') },
    { op: 'xattr', slot: 0, path: '', name: 'user.none', value: new Uint8Array(), tolerate: true },
    { op: 'xattr', slot: 0, path: '/nonexistent', name: 'user.none', value: new Uint8Array() },
  ]);
  assert.deepEqual([end.status, end.failedOp, end.errno], [202, 4, 2]);
});

test('a program is ended by an alarm that was set before it', async () => {
  await using keeper = await startKeeper();
  const hung: Plan = [
    { op: 'signals', ignorePipe: 0 },
    { op: 'alarm', seconds: 1 },
    { op: 'exec', paths: ['/bin/sleep'], argv: ['sleep', '600'], env: [] },
  ];
  assert.deepEqual(await run(keeper, hung), { how: 'killed', status: 14, failedOp: -1, errno: 0 });
});

test('a program has huge pages as its plan says', async () => {
  await using keeper = await startKeeper();
  const path = join(keeper.directory, 'status');
  const told = `grep THP_enabled /proc/self/status >${path}; exit 0`;
  const plain: Plan = [
    { op: 'huge-pages', disable: 1, flags: 0 },
    { op: 'exec', paths: ['/bin/sh'], argv: ['sh', '-c', told], env: ['PATH=/usr/bin:/bin'] },
  ];
  assert.deepEqual(await run(keeper, plain), good);
  // Kernels before 5.0 do not tell.
  assert.match(readFileSync(path, 'utf8'), /^(THP_enabled:\t0\n)?$/);
});

test('a program’s pages are merged as its plan says', async () => {
  for (const on of [1, 0]) {
    await using keeper = await startKeeper();
    const path = join(keeper.directory, 'merging');
    const told = `grep ksm_merge_any /proc/self/ksm_stat >${path}; exit 0`;
    const plan: Plan = [
      { op: 'memory-merge', on },
      { op: 'exec', paths: ['/bin/sh'], argv: ['sh', '-c', told], env: ['PATH=/usr/bin:/bin'] },
    ];
    assert.deepEqual(await run(keeper, plan), good);
    // Kernels before 6.14 do not tell, and what is to be merged is inherited from 6.7 on.
    assert.match(readFileSync(path, 'utf8'), on === 1 ? /^(ksm_merge_any: yes\n)?$/ : /^(ksm_merge_any: no\n)?$/);
  }
});
