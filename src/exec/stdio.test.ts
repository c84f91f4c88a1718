import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mainRequest, plan, rootContext, serviceConfig, userContext } from '../../test/exec/example.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { compile } from './plan.ts';
import { renderOp } from './render.ts';
import type { ExecContext, ExecRequest } from './request.ts';

/** The ops of the standard streams, rendered, with the exit status where it matters. */
function streams(exec: Partial<ExecSettings>, request: Partial<ExecRequest> = {}, context: ExecContext = rootContext): readonly string[] {
  const ops = plan(mainRequest(serviceConfig(exec), request), context);
  const last = ops.findLastIndex((op) => op.op === 'dup' && op.number <= 2);
  return ops
    .slice(0, last + 1)
    .filter(({ op }) => op !== 'signals' && op !== 'setsid')
    .map(renderOp);
}

/** How the file /o comes to be, and every umask on the way. */
function modes(exec: Partial<ExecSettings>, context: ExecContext): readonly string[] {
  return plan(mainRequest(serviceConfig({ ...exec, StandardOutput: { kind: 'file', path: '/o' } })), context).flatMap((op) => {
    if (op.op === 'umask') return [`umask ${op.mask.toString(8)}`];
    return op.op === 'open' && op.path === '/o' ? [`mode ${op.mode.toString(8)}`] : [];
  });
}

const nullInput = ['open 0 ← /dev/null (read)', 'dup 0 → 0'];
const toJournal = ['output 1 → journal (stdout of a)', 'dup 1 → 1'];

test('standard error goes to the journal through its own stream where output goes elsewhere', () => {
  assert.deepEqual(streams({ StandardOutput: { kind: 'null' }, StandardError: { kind: 'journal' } }), [
    ...nullInput,
    'open 1 ← /dev/null (write)',
    'dup 1 → 1',
    'output 2 → journal (stderr of a)',
    'dup 2 → 2',
  ]);
});

test('the journal, the console and the kernel log are one stream', () => {
  const ops = streams({ StandardOutput: { kind: 'journal' }, StandardError: { kind: 'kmsg+console' } });
  assert.deepEqual(ops, [...nullInput, ...toJournal, 'dup 1 → 2']);
});

test('an output to inherit from no input has the default of the manager, also where it is asked for', () => {
  const plain = streams({}, {}, { ...rootContext, defaultStandardOutput: 'null', defaultStandardError: 'journal' });
  assert.deepEqual(plain, [...nullInput, 'open 1 ← /dev/null (write)', 'dup 1 → 1', 'output 2 → journal (stderr of a)', 'dup 2 → 2']);
  assert.deepEqual(streams({ StandardOutput: { kind: 'inherit' } }), [...nullInput, ...toJournal, 'dup 1 → 2']);
  assert.deepEqual(streams({ StandardInput: { kind: 'file', path: '/in' } }), [
    'open 0 ← /in (read)',
    'dup 0 → 0',
    ...toJournal,
    'dup 1 → 2',
  ]);
});

test('what is inherited from the manager is nothing for the system, and its own output for a user', () => {
  assert.deepEqual(streams({}, {}, { ...rootContext, defaultStandardOutput: 'inherit' }), [
    ...nullInput,
    'open 1 ← /dev/null (write)',
    'dup 1 → 1',
    'dup 1 → 2',
  ]);
  assert.deepEqual(streams({}, {}, { ...userContext, defaultStandardOutput: 'inherit' }), nullInput);
});

test('a socket as input is the output too', () => {
  const take = ['take 0 ← held socket/a', 'nonblock 0 off', 'dup 0 → 0', 'dup 0 → 1', 'dup 0 → 2'];
  assert.deepEqual(streams({ StandardInput: { kind: 'socket' } }, { socket: 'socket/a' }), take);
  assert.deepEqual(streams({ StandardInput: { kind: 'socket' } }, { descriptors: [{ held: 'socket/a', name: 'a' }] }), take);
});

test('a socket that is a standard stream is not passed as a descriptor as well', () => {
  const request = mainRequest(serviceConfig({ StandardInput: { kind: 'socket' } }), { descriptors: [{ held: 'socket/a', name: 'a' }] });
  const exec = plan(request, rootContext).at(-1);
  assert.deepEqual(exec?.op === 'exec' && exec.env.filter((entry) => entry.startsWith('LISTEN')), []);
});

test('a service whose input is a socket cannot start with none or with two, its control processes can', () => {
  const config = serviceConfig({ StandardInput: { kind: 'socket' }, StandardOutput: { kind: 'socket' } });
  const descriptors = [
    { held: 'a', name: 'a' },
    { held: 'b', name: 'b' },
  ];
  assert.deepEqual(
    [compile(mainRequest(config), rootContext), compile(mainRequest(config, { descriptors }), rootContext)],
    [
      { ok: false, error: { message: 'Got no socket for standard input or output' } },
      { ok: false, error: { message: 'Got more than one socket, but standard input or output can be only one' } },
    ],
  );
  assert.deepEqual(streams({ StandardInput: { kind: 'socket' }, StandardOutput: { kind: 'socket' } }, { main: false, list: 'ExecStop' }), [
    ...nullInput,
    'open 1 ← /dev/null (write)',
    'dup 1 → 1',
    'dup 1 → 2',
  ]);
});

test('fd: takes the descriptor of that name, by default that of the stream', () => {
  const descriptors = [
    { held: 'socket/a', name: 'stdin' },
    { held: 'socket/b', name: 'log' },
  ];
  assert.deepEqual(streams({ StandardInput: { kind: 'fd' }, StandardOutput: { kind: 'fd', name: 'log' } }, { descriptors }), [
    'take 0 ← held socket/a',
    'nonblock 0 off',
    'dup 0 → 0',
    'take 1 ← held socket/b',
    'nonblock 1 off',
    'dup 1 → 1',
    'dup 1 → 2',
  ]);
  assert.deepEqual(compile(mainRequest(serviceConfig({ StandardInput: { kind: 'fd' } })), rootContext), {
    ok: false,
    error: { message: 'Failed to load the file descriptor named stdin: no socket or stored descriptor has this name' },
  });
});

test('a control process that is not given the descriptor of that name goes without', () => {
  const exec = { StandardInput: { kind: 'fd' }, StandardOutput: { kind: 'fd', name: 'log' }, StandardError: { kind: 'journal' } } as const;
  assert.deepEqual(streams(exec, { list: 'ExecStop', main: false }), [
    ...nullInput,
    'open 1 ← /dev/null (write)',
    'dup 1 → 1',
    'output 2 → journal (stderr of a)',
    'dup 2 → 2',
  ]);
});

test('a file that is read and written is opened once', () => {
  const file = { kind: 'file', path: '/io' } as const;
  assert.deepEqual(streams({ StandardInput: file, StandardOutput: file, StandardError: file }), [
    'umask 0000',
    'open 0 ← /io (read and write, create)',
    'dup 0 → 0',
    'dup 0 → 1',
    'dup 0 → 2',
  ]);
});

test('append: and truncate: open the file so, and once for both outputs', () => {
  assert.deepEqual(streams({ StandardOutput: { kind: 'append', path: '/o' }, StandardError: { kind: 'append', path: '/o' } }), [
    ...nullInput,
    'umask 0000',
    'open 1 ← /o (write, create, append)',
    'dup 1 → 1',
    'dup 1 → 2',
  ]);
  assert.deepEqual(streams({ StandardOutput: { kind: 'file', path: '/o' }, StandardError: { kind: 'truncate', path: '/e' } }), [
    ...nullInput,
    'umask 0000',
    'open 1 ← /o (write, create)',
    'dup 1 → 1',
    'umask 0000',
    'open 2 ← /e (write, create, truncate)',
    'dup 2 → 2',
  ]);
});

test('a file is made with the mode that UMask= leaves; without it a user manager leaves that to its own umask', () => {
  assert.deepEqual(modes({}, rootContext), ['umask 0', 'mode 644', 'umask 22']);
  assert.deepEqual(modes({ UMask: 0 }, rootContext), ['umask 0', 'mode 666', 'umask 0']);
  assert.deepEqual(modes({}, userContext), ['mode 666']);
});

test('StandardInputText= alone makes the text the input', () => {
  const bytes = new TextEncoder().encode('hello\n');
  assert.deepEqual(streams({ StandardInputData: bytes }), ['data 0 ← 6 bytes', 'dup 0 → 0', ...toJournal, 'dup 1 → 2']);
  assert.deepEqual(streams({ StandardInput: { kind: 'data' } }), [...nullInput, ...toJournal, 'dup 1 → 2']);
});

test('a terminal is input and output of the commands before and at the start, and only output of the others', () => {
  const exec = { StandardInput: { kind: 'tty' }, TTYPath: '/dev/tty3' } as const;
  const all = ['terminal 0 ← /dev/tty3, when it is free', 'dup 0 → 0', 'dup 0 → 1', 'dup 0 → 2'];
  assert.deepEqual(streams(exec), all);
  assert.deepEqual(streams({ ...exec, StandardOutput: { kind: 'tty' }, StandardError: { kind: 'tty' } }), all);
  assert.deepEqual(streams(exec, { list: 'ExecStop', main: false }), [
    ...nullInput,
    'open 1 ← /dev/tty3 (write)',
    'dup 1 → 1',
    'dup 1 → 2',
  ]);
});

test('each stream fails with its own exit status', () => {
  const config = serviceConfig({ StandardOutput: { kind: 'null' }, StandardError: { kind: 'journal' } });
  const exits = plan(mainRequest(config), rootContext).flatMap((op) => (op.exit === undefined ? [] : [`${op.op} ${op.exit}`]));
  assert.deepEqual(exits, ['open 208', 'dup 208', 'open 209', 'dup 209', 'output 222', 'dup 222']);
});

test('the journal is told whose stream it is, and how its lines begin', () => {
  const config = serviceConfig({
    SyslogIdentifier: 'web',
    SyslogFacility: 'local3',
    SyslogLevel: 'err',
    SyslogLevelPrefix: false,
    StandardOutput: { kind: 'journal+console' },
  });
  const metas = plan(mainRequest(config), rootContext).flatMap((op) => (op.op === 'output' ? [JSON.parse(op.meta) as unknown] : []));
  assert.deepEqual(metas, [
    {
      UNIT: 'a.service',
      INVOCATION_ID: '0123456789abcdef0123456789abcdef',
      SYSLOG_IDENTIFIER: 'web',
      PRIORITY: '3',
      SYSLOG_FACILITY: '19',
      LEVEL_PREFIX: '0',
      STREAM: 'stdout',
      FORWARD: 'console',
    },
  ]);
});

test('where another journal listens the stream goes there, as its user, with what is known of it before it', () => {
  const context = { ...rootContext, handsOver: true };
  const exec = {
    SyslogIdentifier: 'two\nlines',
    SyslogLevel: 'err',
    SyslogFacility: 'local0',
    StandardOutput: { kind: 'kmsg+console' },
  } as const;
  assert.deepEqual(streams(exec, {}, context), [
    ...nullInput,
    'output 1 → journal (stdout of two\\nlines, facility local0, level err, passed on to kmsg console)',
    'journal 1 → /run/systemd/journal/stdout, if possible',
    'dup 1 → 1',
    'dup 1 → 2',
  ]);
  const op = plan(mainRequest(serviceConfig(exec)), context).find(({ op: name }) => name === 'journal');
  assert.deepEqual(op, {
    op: 'journal',
    slot: 1,
    path: '/run/systemd/journal/stdout',
    header: 'two lines\na.service\n131\n1\n0\n1\n1\n',
    uid: 0xffff_ffff,
    gid: 0xffff_ffff,
    tolerate: true,
  });
  assert.deepEqual(
    streams({ StandardOutput: { kind: 'null' }, LogNamespace: 'apart', StandardError: { kind: 'journal' } }, {}, context).slice(4, 6),
    ['output 2 → journal (stderr of a, in the namespace apart)', 'journal 2 → /run/systemd/journal.apart/stdout, if possible'],
  );
});
