import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRun } from './options.ts';
import { serviceProperties, triggerProperties } from './properties.ts';

const place = { directory: '/home/me', environment: { SHELL: '/bin/zsh', LANG: 'C', TERM: 'vt100' }, isTerminal: true };

/** The properties of the service that a command line comes to, as lines, or the message of refusal. */
function service(...argv: readonly string[]): readonly string[] | string {
  const parsed = parseRun('systemd-run', argv, place);
  if (!parsed.ok) return parsed.error;
  const terminal = parsed.value.streams === 'terminal' ? { path: '/dev/pts/7', type: 'vt100' } : undefined;
  const { command } = parsed.value;
  const made = serviceProperties(parsed.value, { executable: command[0]?.replace(/^(?!\/)/, '/bin/'), slice: 'user-7.slice', terminal });
  return made.ok ? made.value.map(({ name, value }) => `${name}=${value}`) : made.error;
}

test('options become properties, in the order in which systemd-run gives them', () => {
  assert.deepEqual(service('-u', 'x', '-rp', 'Nice=3', '--uid=me', '--gid', 'us', '-ELANG', '-E', 'A=b c', '--', 'ls', '-l', '%h'), [
    'Description=/bin/ls -l %h',
    'Nice=3',
    'RemainAfterExit=yes',
    'User=me',
    'Group=us',
    'Environment="LANG=C"',
    'Environment="A=b c"',
    'ExecStart="/bin/ls" "-l" "%h"',
  ]);
});

test('options end at the first word that is none', () => {
  assert.deepEqual(service('ls', '--unit=y', '-q'), ['Description=/bin/ls --unit=y -q', 'ExecStart="/bin/ls" "--unit=y" "-q"']);
});

test('a shell is one of login, in a terminal, here, and forgotten when it has ended', () => {
  assert.deepEqual(service('-S'), [
    'Description=/bin/zsh',
    'CollectMode=inactive-or-failed',
    'Type=exec',
    'WorkingDirectory=/home/me',
    'StandardInput=tty',
    'StandardOutput=tty',
    'StandardError=tty',
    'TTYPath=/dev/pts/7',
    'Environment="TERM=vt100"',
    'ExecStart="@/bin/zsh" "-zsh"',
  ]);
});

test('a slice is taken by its name, and within that of the caller', () => {
  const slices = [['--slice=a'], ['--slice=a.slice'], ['--slice-inherit'], ['--slice-inherit', '--slice=a'], ['--slice=a.service']];
  assert.deepEqual(
    slices.map((argv) => {
      const lines = service(...argv, 'ls');
      return typeof lines === 'string' ? lines : lines.find((line) => line.startsWith('Slice='));
    }),
    [
      'Slice=a.slice',
      'Slice=a.slice',
      'Slice=user-7.slice',
      'Slice=user-7-a.slice',
      "Failed to start transient service unit: Unit name 'a.service' is not a slice",
    ],
  );
});

test('environment and failures are expanded and minded unless the service is told otherwise', () => {
  assert.deepEqual(service('--expand-environment=no', '--ignore-failure', 'echo', '$HOME'), [
    'Description=/bin/echo $HOME',
    'ExecStart="-:/bin/echo" "$HOME"',
  ]);
});

test('options of timers make a timer that goes when it has elapsed', () => {
  const parsed = parseRun('systemd-run', ['--on-active=5min', '--timer-property=AccuracySec=1s', '--on-clock-change', 'ls'], place);
  assert.ok(parsed.ok);
  const made = triggerProperties(parsed.value, { executable: '/bin/ls', slice: '-.slice', terminal: undefined });
  assert.deepEqual(
    [parsed.value.trigger, made.ok ? made.value.map(({ name, value }) => `${name}=${value}`) : made.error],
    ['timer', ['Description=/bin/ls', 'OnActiveSec=5min', 'AccuracySec=1s', 'OnClockChange=yes', 'RemainAfterElapse=no']],
  );
});

test('what does not go together is refused', () => {
  const lines: readonly (readonly string[])[] = [
    [],
    ['--on-active=1h'],
    ['--on-active=1h', '--path-property=PathExists=/x', 'ls'],
    ['--on-active=1h', '--wait', 'ls'],
    ['--timer-property=AccuracySec=1s', 'ls'],
    ['--scope', '--on-active=1h', 'ls'],
    ['--uni=x', '--un=y', 'ls'],
    ['--o', 'ls'],
    ['--quiet=yes', 'ls'],
    ['-x', 'ls'],
    ['-p'],
  ];
  assert.deepEqual(
    lines.map((argv) => {
      const parsed = parseRun('systemd-run', argv, place);
      return parsed.ok ? 'taken' : parsed.error;
    }),
    [
      'Command line to execute required.',
      'Command line to execute required.',
      'Only single trigger (path, socket, timer) unit can be created.',
      '--wait may not be combined with path, socket or timer operations.',
      '--timer-property= has no effect without any other timer options.',
      'Path, socket or timer options are not supported in --scope mode.',
      'taken',
      "systemd-run: option '--o' is ambiguous; possibilities: '--on-active' '--on-boot' '--on-startup' '--on-unit-active' '--on-unit-inactive' '--on-calendar' '--on-timezone-change' '--on-clock-change'",
      "systemd-run: option '--quiet' doesn't allow an argument",
      "systemd-run: invalid option -- 'x'",
      "systemd-run: option requires an argument -- 'p'",
    ],
  );
});
