import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Daemon, run, startTysd, wanting } from './tysd.ts';

const root = join(import.meta.dirname, '../..');

const units = {
  'default.target': wanting('sleep.service', 'knock.socket'),
  'sleep.service': '[Service]\nExecStart=/bin/sleep infinity\nExecReload=/bin/true\n',
  'true.service': '[Service]\nType=oneshot\nExecStart=/bin/true\n',
  'false.service': '[Unit]\nStartLimitIntervalSec=0\n[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo >>@dir@/runs; exit 1"\n',
  'held.service': '[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo >>@dir@/held; read word <@dir@/go"\n',
  'knock.socket': '[Socket]\nListenStream=@dir@/knock\n',
  'knock.service': '[Service]\nExecStart=/bin/sleep infinity\n',
};

/** Calls in their order, and whether the front does without the whole tool. */
const calls: readonly (readonly [line: string, itself: boolean])[] = [
  ['start true.service', true],
  ['start true', true],
  ['start true nope false', false],
  ['start nope', false],
  ['start false', false],
  ['start -q false', false],
  ['start --wait true', false],
  ['start --no-block true', true],
  ['restart sleep', true],
  ['reload sleep', true],
  ['reload true', false],
  ['try-restart true', true],
  ['stop sleep', true],
  ['start knock', true],
  ['stop knock.service', false],
  ['stop -q knock.service', true],
  ['stop nope', false],
  ['is-active sleep', true],
  ['start sleep', true],
  ['is-active sleep.service true nope', true],
  ['is-active -q true', true],
  ['is-failed false', true],
  ['is-failed sleep', true],
  ['is-active', false],
  ['is-active sl*', false],
  ['is-active a/b', false],
  ['is-active --state=active', false],
  ['daemon-reload', true],
  ['daemon-reload sleep', false],
  ['show -p Id sleep', false],
  ['status nope', false],
  ['cat sleep', false],
  ['list-units --all --no-legend', false],
  ['list-dependencies default.target', false],
  ['is-system-running', false],
  ['get-default', false],
  ['nonsense', false],
  ['--version', false],
  ['', false],
];

describe('the front', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-front-'));
  const front = join(directory, 'tysctl');

  /** What stands in for the executable that is beside the front. */
  const beside = (script: string) => writeFileSync(join(directory, 'tysd'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const whole = `exec ${root}/bin/tysctl "$@"`;

  before(() => {
    const made = spawnSync('make', ['-s', '-C', join(root, 'front')], { encoding: 'utf8' });
    assert.equal(made.status, 0, made.stderr);
    copyFileSync(join(root, 'front/build/tysctl'), front);
  });

  after(() => rmSync(directory, { recursive: true, force: true }));

  test('says and does what the whole tool does, and alone where it can', async () => {
    await using daemon = await startTysd({ units });
    for (const [line, itself] of calls) {
      const argv = line === '' ? [] : line.split(' ');
      beside(`echo >>${directory}/called; ${whole}`);
      const fromFront = await run(front, argv, environmentOf(daemon));
      const called = rmIfThere(join(directory, 'called'));
      const fromWhole = await run(join(root, 'bin/tysctl'), argv, environmentOf(daemon));
      assert.deepEqual({ line, ...fromFront, itself: !called }, { line, ...fromWhole, itself });
    }
  });

  test('asks for no job twice, though the whole tool tells how it failed', async () => {
    await using daemon = await startTysd({ units });
    beside(whole);
    const ran = await run(front, ['start', 'false', 'nope'], environmentOf(daemon));
    assert.equal(ran.status, 1);
    assert.match(ran.err, /^Failed to start nope\.service: Unit nope\.service not found\.\nJob for false\.service failed because /);
    assert.equal(await daemon.untilFile('runs'), '\n');
  });

  test('a job whose manager is killed meanwhile is waited for, not asked for again', async () => {
    await using daemon = await startTysd({ units, before: 'mkfifo go' });
    beside(whole);
    const ran = run(front, ['start', 'held'], environmentOf(daemon));
    await daemon.untilFile('held');
    await daemon.killManager();
    appendFileSync(daemon.path('go'), 'on\n');
    assert.deepEqual(await ran, { status: 0, out: '', err: '' });
    assert.equal(await daemon.untilFile('held'), '\n');
  });

  test('hands over what was answered when the connection ends', async () => {
    beside('printf "%s|%s" "$*" "$TYSD_ANSWERS"');
    const answers =
      '{"jsonrpc":"2.0","result":null,"id":0}\n{"jsonrpc":"2.0","result":{"job":1,"unit":"a.service","result":"done"},"id":1}\n';
    const asked: string[] = [];
    const server = createServer((socket) =>
      socket.setEncoding('utf8').on('data', (text: string) => {
        asked.push(...text.trimEnd().split('\n'));
        socket.end(`${answers}{"cut`);
      }),
    );
    await new Promise<void>((resolve) => server.listen(join(directory, 'control.sock'), resolve));
    const ran = await run(front, ['start', 'a', 'b.socket'], { TYSD_RUNTIME_DIRECTORY: directory });
    server.close();
    assert.deepEqual(ran, { status: 0, out: `start a b.socket|${answers}`, err: '' });
    assert.deepEqual(
      asked.map((line) => line.replace(/"cause":"tysctl start \(pid \d+, uid \d+\)"/, '"cause":"…"')),
      [
        '{"jsonrpc":"2.0","id":0,"method":"changes.unsubscribe","params":{}}',
        '{"jsonrpc":"2.0","id":1,"method":"unit.start","params":{"unit":"a.service","mode":"replace","wait":true,"cause":"…"}}',
        '{"jsonrpc":"2.0","id":2,"method":"unit.start","params":{"unit":"b.socket","mode":"replace","wait":true,"cause":"…"}}',
      ],
    );
  });

  test('the tool is told what is a terminal, and how large', async () => {
    beside('echo "$TYSD_SCREENS" >&3');
    for (const [columns, output, told] of [
      [90, '', '90x7 90x7'],
      [100, '>/dev/null', '- 100x7'],
      [80, '>/dev/null 2>&1', '- -'],
    ]) {
      const file = join(directory, 'screens');
      const script = `stty cols ${columns} rows 7; exec ${front} show 3>${file} ${output}`;
      assert.equal((await run('/usr/bin/script', ['-qec', script, '/dev/null'], {})).status, 0);
      assert.equal(readFileSync(file, 'utf8').replace(/^\d+ /, ''), `${told}\n`);
    }
  });

  test('who reads the log waits on the connection that it hands over, until all is stored that was said before', async () => {
    const reader = join(directory, 'journalctl');
    copyFileSync(front, reader);
    beside(`exec ${root}/bin/journalctl "$@"`);
    const events: string[] = [];
    const control = createServer((socket) => {
      events.push('a question');
      socket.setEncoding('utf8').on('data', (text: string) => {
        for (const [, id] of text.matchAll(/"id":(\d+)/g)) {
          const result = { stateDirectory: directory, runtimeDirectory: directory, journal: 'own', scope: 'user' };
          socket.write(`${JSON.stringify({ jsonrpc: '2.0', result, id: Number(id) })}\n`);
        }
      });
    });
    const stored = createServer({ allowHalfOpen: true }, (socket) => {
      socket.resume().once('end', () => {
        events.push('all is stored');
        socket.end();
      });
    });
    for (const [name, server] of Object.entries({ 'control.sock': control, stdout: stored })) {
      rmSync(join(directory, name), { force: true });
      await new Promise<void>((resolve) => server.listen(join(directory, name), resolve));
    }
    const handed = await run(reader, ['-n', '1'], { TYSD_RUNTIME_DIRECTORY: directory });
    const events1 = events.splice(0);
    // One of another process, as a shell's child may find it in its environment: the reader makes its own.
    beside(`TYSD_SETTLED="1 \${TYSD_SETTLED#* }"; exec ${root}/bin/journalctl "$@"`);
    const own = await run(reader, ['-n', '1'], { TYSD_RUNTIME_DIRECTORY: directory });
    for (const server of [control, stored]) server.close();
    assert.deepEqual([handed.status, events1.toSorted()], [own.status, ['a question', 'all is stored']]);
    assert.deepEqual(events.toSorted(), ['a question', 'all is stored', 'all is stored']);
  });

  test('says so where tysd is not beside it', async () => {
    rmSync(join(directory, 'tysd'), { force: true });
    const ran = await run(front, ['status'], { TYSD_RUNTIME_DIRECTORY: directory });
    assert.deepEqual([ran.status, ran.out], [1, '']);
    assert.match(ran.err, /tysd is not beside this program: No such file or directory$/m);
  });

  test(
    'says in a root directory without /proc what the whole tool needs',
    { skip: process.getuid?.() !== 0 && 'chroot needs root' },
    () => {
      copyFileSync(front, join(directory, 'tysctl'));
      const { status, stderr } = spawnSync('chroot', [directory, '/tysctl', 'status'], { encoding: 'utf8' });
      assert.deepEqual(
        [status, stderr],
        [1, '/tysctl: /proc is not mounted here, and without it tysd cannot do this: mount -t proc proc /proc\n'],
      );
    },
  );
});

function environmentOf(daemon: Daemon): Readonly<Record<string, string>> {
  return { TYSD_RUNTIME_DIRECTORY: daemon.runtimeDirectory, HOME: daemon.directory, LC_ALL: 'C.UTF-8' };
}

function rmIfThere(path: string): boolean {
  try {
    rmSync(path);
    return true;
  } catch {
    return false;
  }
}
