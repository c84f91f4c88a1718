import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandLine, mainRequest, plan, rootContext, serviceConfig } from '../../test/exec/example.ts';
import { renderOp, renderPlan } from './render.ts';

test('a plan reads as a list of steps, with the environment below the last one', () => {
  const request = mainRequest(serviceConfig({ Environment: ['A=b c'] }), { command: commandLine('/bin/sh', '-c', 'echo "hello"; exit') });
  assert.deepEqual(renderPlan(plan(request, { ...rootContext, environment: ['LANG=C.UTF-8'] })), [
    'signals reset, ignore SIGPIPE',
    'setsid',
    'open 0 ← /dev/null (read)',
    'dup 0 → 0',
    'output 1 → journal (stdout of sh)',
    'dup 1 → 1',
    'dup 1 → 2',
    'keyring anew',
    'umask 0022',
    'rlimit NOFILE 1024:524288',
    'chdir /',
    'env-pid SYSTEMD_EXEC_PID',
    'env-stream JOURNAL_STREAM of 1',
    'exec /bin/sh with /bin/sh -c "echo \\"hello\\"; exit"',
    '    LANG=C.UTF-8',
    '    INVOCATION_ID=0123456789abcdef0123456789abcdef',
    '    "A=b c"',
  ]);
});

test('numbers that mean something are told by what they mean', () => {
  assert.deepEqual(
    [
      renderOp({ op: 'wait', slot: 1023, timeoutMs: 5000, tolerate: true }),
      renderOp({ op: 'rlimit', resource: 4, soft: 0n, hard: 0xffff_ffff_ffff_ffffn }),
      renderOp({ op: 'ioprio', class: 2, level: 4 }),
      renderOp({ op: 'open', slot: 1, path: '/var/log/a b', flags: 0o2501, mode: 0o644 }),
      renderOp({ op: 'chown', path: '/dev/tty1', uid: 1, gid: 0xffffffff }),
      renderOp({ op: 'directory', path: '/run/a', mode: 0o700, uid: 1, gid: 2 }),
      renderOp({ op: 'groups', gids: ['1', '30'] }),
      renderOp({ op: 'bind', slot: 0, address: new Uint8Array(16) }),
      renderOp({ op: 'exec', paths: ['/opt/a', '/bin/a'], argv: ['a', ''], env: [] }),
    ],
    [
      'wait until 1023 is closed, at most 5000 ms, if possible',
      'rlimit CORE 0:infinity',
      'ioprio best-effort 4',
      'open 1 ← "/var/log/a b" (write, create, append)',
      'chown /dev/tty1 1',
      'directory /run/a 0700 1:2',
      'groups 1 30',
      'bind 0 → 16 bytes',
      'exec /opt/a or /bin/a with a ""',
    ],
  );
});
