import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions, type Options } from './options.ts';

type Row = readonly [argv: string, options: Partial<Options>];

const everybody: readonly Row[] = [
  ['', {}],
  ['--user', { scope: 'user' }],
  ['--system', { scope: 'system' }],
  ['--system --user', { scope: 'user' }],
  ['--unit=a.target', { unit: 'a.target' }],
  ['--unit a.target', { unit: 'a.target' }],
  ['--unit=a.target --unit=b.target', { unit: 'b.target' }],
  ['--unit-path=/a:/b', { unitPath: ['/a', '/b'] }],
  ['--unit-path=/a::/b:', { unitPath: ['/a', '/b'] }],
  ['--runtime-directory=/r --state-directory=/s', { runtimeDirectory: '/r', stateDirectory: '/s' }],
  ['--log-level=debug', { logLevel: 'debug' }],
  ['--log-level=0', { logLevel: 'emerg' }],
  ['--log-level 7', { logLevel: 'debug' }],
  ['--manager-patience=2min', { managerPatienceMs: 120_000 }],
  ['--manager-patience=infinity', { managerPatienceMs: 0 }],
  ['--show-status', { showStatus: true }],
  ['--show-status=off', { showStatus: false }],
  ['--show-status=AUTO', { showStatus: true }],
  ['--cgroup=/mine', { cgroup: '/mine' }],
  ['--config=/c', { config: '/c' }],
  ['-c /c', { config: '/c' }],
  ['--conf /c', { config: '/c' }],
  ['--exit-code-from=a', { exitCodeFrom: 'a.service' }],
  ['--exit-code-from a.target', { exitCodeFrom: 'a.target' }],
  ['--pass-environment', { passEnvironment: ['*'] }],
  ['--pass-environment=A,_b --pass-environment=C1', { passEnvironment: ['A', '_b', 'C1'] }],
  ['--unit=a.target -- cmd --unit=b.target -- x', { unit: 'a.target', command: ['cmd', '--unit=b.target', '--', 'x'] }],
  ['--http=8080', { http: '8080' }],
  ['--http [::1]:80', { http: '[::1]:80' }],
  ['--help', { print: 'help' }],
  ['-h', { print: 'help' }],
  ['--version', { print: 'version' }],
  ['--log-color --log-color=no --deserialize 20 --switched-root', {}],
  ['--log-target=console --log-format=json', { logToConsole: true, logFormat: 'json' }],
  ['--log-target=kmsg', { logToConsole: false }],
];

for (const [argv, expected] of everybody) {
  test(`${argv || 'no option'} means the same to a user, to root and to PID 1`, () => {
    const words = argv.split(' ').filter((word) => word !== '');
    const parsed = [parseOptions(words, false, 1000), parseOptions(words, false, 0), parseOptions(words, true, 0)];
    const meant = (['user', 'system', 'system'] as const).map((scope) => ({ ok: true, value: { scope, passedOver: [], ...expected } }));
    assert.deepEqual(parsed, meant);
  });
}

const refused: readonly (readonly [argv: readonly string[], says: string])[] = [
  [['--nonsense'], 'unknown option --nonsense; see tysd --help'],
  [['--nonsense=1', '--worse'], 'unknown option --nonsense=1; see tysd --help'],
  [['start'], 'unknown argument start; see tysd --help'],
  [['single'], 'unknown argument single; see tysd --help'],
  [['systemd.unit=a.target'], 'unknown argument systemd.unit=a.target; see tysd --help'],
  [[''], 'unknown argument ; see tysd --help'],
  [['constructor'], 'unknown argument constructor; see tysd --help'],
  [['__proto__=1'], 'unknown argument __proto__=1; see tysd --help'],
  [['--unit'], '--unit needs a value'],
  [['--unit='], '--unit needs a value'],
  [['--unit-path=:'], '--unit-path needs at least one directory'],
  [['--user=yes'], '--user takes no value'],
  [['--help='], '--help takes no value'],
  [['--log-level=loud'], '--log-level needs one of emerg alert crit err warning notice info debug, not loud'],
  [['--log-level=8'], '--log-level needs one of emerg alert crit err warning notice info debug, not 8'],
  [['--show-status=perhaps'], '--show-status needs yes or no, not perhaps'],
  [['--http=localhost'], '--http: localhost is no address: expected PORT, :PORT, ADDRESS:PORT or the path of a socket'],
  [['--http=1.2.3.4:70000'], '--http: 1.2.3.4:70000 is no address: expected PORT, :PORT, ADDRESS:PORT or the path of a socket'],
  [['--exit-code-from='], '--exit-code-from needs a value'],
  [['--exit-code-from=a@.service'], '--exit-code-from needs the name of a unit, not a@.service'],
  [['--exit-code-from=/etc/passwd.service'], '--exit-code-from needs the name of a unit, not /etc/passwd.service'],
  [['--pass-environment=A,B=1'], '--pass-environment needs names of variables, not B=1'],
];

for (const [argv, says] of refused) {
  test(`${JSON.stringify(argv)} is refused, but not by PID 1`, () => {
    assert.deepEqual(parseOptions(argv, false, 1000), { ok: false, error: says });
    assert.equal(parseOptions(argv, true, 0).ok, true);
  });
}

test('-- without a command is refused, also by PID 1: of a container, for no kernel passes it on', () => {
  for (const init of [false, true])
    assert.deepEqual(parseOptions(['--unit=a.target', '--'], init, 0), { ok: false, error: '-- needs a command after it' });
});

const toInit: readonly Row[] = [
  ['systemd.unit=rescue.target', { unit: 'rescue.target' }],
  ['systemd.show_status=no', { showStatus: false }],
  ['systemd.show_status', { showStatus: true }],
  ['systemd.show_status=error', { showStatus: true }],
  ['systemd.log_level=debug', { logLevel: 'debug' }],
  ['single', { unit: 'rescue.target' }],
  ['s', { unit: 'rescue.target' }],
  ['S', { unit: 'rescue.target' }],
  ['1', { unit: 'rescue.target' }],
  ['rescue', { unit: 'rescue.target' }],
  ['emergency', { unit: 'emergency.target' }],
  ['-b', { unit: 'emergency.target' }],
  ['2', { unit: 'multi-user.target' }],
  ['3', { unit: 'multi-user.target' }],
  ['4', { unit: 'multi-user.target' }],
  ['5', { unit: 'graphical.target' }],
  ['3 --unit=a.target', { unit: 'a.target' }],
  ['auto ro root=/dev/sda1 quiet splash', {}],
  ['--lgo-level=debug systemd.unit=a.target', { unit: 'a.target', passedOver: ['unknown option --lgo-level=debug; see tysd --help'] }],
  ['systemd.unheard_of=1 toString', {}],
  [
    '--log-level=loud --show-status=perhaps --unit=a.target',
    {
      unit: 'a.target',
      passedOver: [
        '--log-level needs one of emerg alert crit err warning notice info debug, not loud',
        '--show-status needs yes or no, not perhaps',
      ],
    },
  ],
  [
    'systemd.show_status=perhaps --user=yes',
    { passedOver: ['systemd.show_status=perhaps: --show-status needs yes or no, not perhaps', '--user takes no value'] },
  ],
];

for (const [argv, expected] of toInit) {
  test(`PID 1 is told ${argv}`, () => {
    assert.deepEqual(parseOptions(argv.split(' '), true, 0), { ok: true, value: { scope: 'system', passedOver: [], ...expected } });
  });
}

test('an empty systemd.unit= on the kernel command line leaves the default', () => {
  assert.deepEqual(parseOptions(['systemd.unit='], true, 0), { ok: true, value: { scope: 'system', passedOver: [] } });
});
