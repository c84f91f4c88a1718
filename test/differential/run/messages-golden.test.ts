import { compareManagers, type Case, type Difference } from './both.ts';

/**
 * Runs each command on a terminal of its own, and shows all bytes of it but CR, which systemd writes once more than the terminal does; what
 * differs from run to run is taken out.
 */
const onTerminal = String.raw`
  on() {
    echo "## $*"
    script -qec "stty cols 200 rows 50; unset SYSTEMD_COLORS LC_ALL NO_COLOR; export SYSTEMD_PAGER= TERM=xterm-256color LANG=C.UTF-8; $*" /dev/null </dev/null |
      tr -d '\r\0' | sed -E 's/run-[ru][0-9a-f]+/run-NAME/; s/([a-z]) job [0-9]+ /\1 job N /; s/([:=] )[0-9.]+m?s$/\1TIME/; s/^Shutdown scheduled for .*, use/Shutdown scheduled for TIME, use/'
  }`;

const quiet = '[Unit]\nDefaultDependencies=no\n';
const waiting = '[Service]\nExecStart=/act wait\n';

function said(commands: readonly string[], rest: Omit<Case, 'script'> & { readonly before?: string; readonly after?: string } = {}): Case {
  const { before = '', after = '', ...more } = rest;
  const lines = commands.map((command) => `on "${command.replaceAll('"', '\\"').replaceAll('$', '\\$')}"`);
  return { alone: true, script: [onTerminal, before, ...lines, after].join('\n'), ...more };
}

const red = (text: string) => `\x1b[0;1;31m${text}\x1b[0m`;
const bold = (text: string) => `\x1b[0;1;39m${text}\x1b[0m`;
const grey = (text: string) => `\x1b[0;38;5;245m${text}\x1b[0m`;

const link = (path: string, end = '\x07') => `\x1b]8;;file://oracle${path}${end}${path}\x1b]8;;${end}`;

const changed = [
  '# Warning: told-good.service changed on disk, the version systemd has loaded is outdated.',
  "# This output shows the current version of the unit's original fragment and drop-in files.",
  '# If fragments or drop-ins were added or removed, they are not properly reflected in this output.',
  "# Run 'systemctl daemon-reload' to reload units.",
];

/** What only tysd says, below a line of both. */
function advised(line: string, ...below: readonly string[]): Difference {
  return { systemd: line, tysd: [line, ...below].join('\n'), why: 'on a terminal tysd says what to type next' };
}

const failed = (what: string) => `  ${red('×')} ${what}`;
const place = (where: string) => `    ${grey(`/etc/systemd/system/${where}`)}`;
const next = (words: string) => `  ${grey('Next:')} ${words}`;

compareManagers(
  'the colours of messages on a terminal',
  {
    'of requests that fail': said(
      [
        'systemctl start zzyzx',
        'systemctl start said-goat',
        'systemctl start said-bad',
        'systemctl start said-needy',
        'systemctl start said-assert',
        'systemctl restart said-limited',
        'systemctl stop zzyzx',
        'systemctl reload said-bad',
        'systemctl start said-masked',
        'systemctl isolate said-good.service',
        'systemctl start --job-mode=x said-good',
        'systemctl start --wait --no-block said-good',
        'systemctl kill zzyzx',
        'systemctl kill --signal=NOPE said-good',
        'systemctl status zzyzx',
        'systemctl status 99999',
        'systemctl cat zzyzx',
        'systemctl is-enabled zzyzx',
        'systemctl cancel 12a',
        'systemctl set-property said-good Foo',
        'systemctl set-environment x',
        'systemctl reset-failed zzyzx',
        'systemctl help zzyzx',
        'systemctl help said-good',
        'systemctl help said-documented',
        'systemctl exit 1000',
        'systemctl log-level foo',
        "systemctl start '' x",
        'systemctl edit zzyzx',
        'systemctl edit said-masked',
      ],
      {
        units: {
          'said-bad.service': `${quiet}[Service]\nType=oneshot\nExecStart=/bin/false`,
          'said-needy.service': `${quiet}Requires=said-bad.service\nAfter=said-bad.service\n${waiting}`,
          'said-assert.service': `${quiet}AssertPathExists=/nowhere\n${waiting}`,
          'said-limited.service': `${quiet}StartLimitBurst=1\nStartLimitIntervalSec=100\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true`,
          'said-documented.service': `${quiet}Documentation=file:/etc/hosts\n${waiting}`,
          'said-good.service': `${quiet}${waiting}[Install]\nWantedBy=nothing.target`,
        },
        before: 'ln -s /dev/null /etc/systemd/system/said-masked.service; systemctl start said-limited',
        after: 'rm /etc/systemd/system/said-masked.service; systemctl reset-failed',
        differs: [
          advised(red('Failed to start said-goat.service: Unit said-goat.service not found.'), bold('Did you mean said-good.service?')),
          advised(
            red('See "systemctl status said-bad.service" and "journalctl -xeu said-bad.service" for details.'),
            failed('it became failed: /bin/false exited with status 1/FAILURE'),
            place('said-bad.service:5: ExecStart=/bin/false'),
            next('tysctl why said-bad.service'),
          ),
          advised(
            red("A dependency job for said-needy.service failed. See 'journalctl -xe' for details."),
            failed('it was not started, as a unit that it needs was not (said-bad.service)'),
            failed('said-bad.service became failed: /bin/false exited with status 1/FAILURE'),
            place('said-bad.service:5: ExecStart=/bin/false'),
            next('tysctl why said-needy.service'),
          ),
          advised(
            'followed by "systemctl start said-limited.service" again.',
            failed('it became failed: it was started too often (StartLimitBurst= in StartLimitIntervalSec=)'),
            place('said-limited.service:3: StartLimitBurst=1'),
            next('tysctl why said-limited.service'),
          ),
          advised(
            red('Assertion failed on job for said-assert.service.'),
            failed('it was not started, as an assert did not hold: AssertPathExists=/nowhere did not hold'),
            place('said-assert.service:3: AssertPathExists=/nowhere'),
            next('tysctl why said-assert.service'),
          ),
          advised(
            red('Failed to start said-masked.service: Unit said-masked.service is masked.'),
            next('systemctl unmask said-masked.service'),
          ),
        ],
      },
    ),
    'of command lines': said(
      [
        'systemctl bogus',
        'systemctl --bogus',
        'systemctl -X',
        'systemctl start --property',
        'systemctl --runtime=foo',
        'systemctl stop -.mount',
        'systemctl start',
        'systemctl is-system-running x',
        'systemctl -t nope',
        'systemctl -n x status',
        'systemctl --root=/ start said-good',
        'systemctl --root=/nowhere enable said-good',
        'systemd-escape',
        'systemd-escape --bogus',
        'systemd-escape --suffix=foo x',
        'systemd-escape --path a/./b',
        'systemd-delta --bogus',
        'systemd-delta -t foo',
        'systemd-path bogus',
        'systemd-cgls -u said-none',
        'systemd-cgls -u said-off',
        'systemd-detect-virt x',
        'systemd-notify --ready',
        'systemd-cat -p foo',
        'systemd-cgtop -n x',
        'telinit 9',
        'telinit --foo',
        'shutdown foo',
        'halt foo',
        'journalctl --bogus',
        'journalctl -p bogus',
        'journalctl -S bogus',
        'journalctl -o bogus',
        'journalctl --file=/nowhere',
        'journalctl -D /nowhere',
        'journalctl --vacuum-size=1x',
        'journalctl --since=2020-01-02 --until=2020-01-01',
        'journalctl -r -f',
      ],
      { units: { 'said-off.service': `${quiet}${waiting}` } },
    ),
    'of what was done, and of warnings': said(
      [
        'systemctl enable told-good',
        'systemctl disable told-good',
        'systemctl enable told-static',
        'systemctl enable told-lonely',
        'systemctl mask zzyzx',
        'systemctl unmask zzyzx',
        'systemctl mask told-static',
        'systemctl disable zzyzx',
        'systemctl link told-good.service',
        'systemctl disable /etc/systemd/system/told-good.service',
        "systemctl start 'told-x*'",
        "systemctl is-enabled 'told-x*'",
        "systemctl start 'told x'",
        'systemctl start -T told-good.socket',
        'systemctl start told-good',
        'systemctl stop told-good',
        'systemctl import-environment NOT_SET',
        'systemctl import-environment',
        'EDITOR=/bin/true systemctl edit told-good',
        'touch /etc/systemd/system/told-good.service; systemctl start told-good',
        'systemctl cat told-good',
        'systemd-run /bin/true',
        'systemd-run --scope /bin/true',
        'systemd-run --on-active=100 /bin/true',
        'systemd-run --unit=told-good.service /bin/true',
        "systemd-run --unit='a b' /bin/true",
        'systemd-run --bogus',
        'systemd-run',
        'systemd-run /nowhere/x',
        'systemd-run -p Foo=bar /bin/true',
      ],
      {
        units: {
          'told-good.service': `${quiet}${waiting}[Install]\nWantedBy=nothing.target`,
          'told-good.socket': `${quiet}[Socket]\nListenStream=/run/told`,
          'told-static.service': `${quiet}${waiting}`,
          'told-lonely.service': `${quiet}${waiting}[Install]\nWantedBy=nowhere.target`,
        },
        differs: [
          {
            systemd: [
              ...changed.slice(0, -1).map((line) => red(line).replace(/\x1b\[0m$/, '')),
              red(changed.at(-1) ?? ''),
              `\x1b[0;1;34m# ${link('/etc/systemd/system/told-good.service')}\x1b[0m`,
            ].join('\n'),
            tysd: [...changed.map(red), `\x1b[0;1;34m# ${link('/etc/systemd/system/told-good.service', '\x1b\\')}\x1b[0m`].join('\n'),
            why: 'no colour goes on into the next line, and links end as ECMA-48 has it',
          },
        ],
        after:
          "systemctl disable told-lonely; systemctl daemon-reload; systemctl stop told-good.socket told-good 'run-*'; systemctl reset-failed",
      },
    ),
    'of systemd-analyze': said([
      'systemd-analyze bogus',
      'systemd-analyze --bogus',
      'systemd-analyze calendar foo',
      'systemd-analyze calendar now',
      'systemd-analyze timestamp mon',
      'systemd-analyze timespan foo',
      'systemd-analyze verify nosuch.service',
      'systemd-analyze syscall-filter foo',
      "systemd-analyze condition 'ConditionPathExists=/nowhere'",
      "systemd-analyze condition 'AssertPathExists=/'",
      'systemd-analyze condition Foo=bar',
      'systemd-analyze cat-config /nowhere',
      'systemd-analyze exit-status 900',
      'systemd-analyze capability foo',
      'systemd-analyze compare-versions 1 foo 2',
    ]),
    'where there are to be no colours': said(
      [
        'NO_COLOR=1 systemctl start seen-none',
        'TERM=dumb systemctl start seen-none',
        'SYSTEMD_COLORS=0 systemctl start seen-none',
        'SYSTEMD_LOG_COLOR=0 systemctl start seen-none',
        'systemctl start seen-none 2>&1 | cat',
        'SYSTEMD_COLORS=1 systemctl start seen-none 2>&1 | cat',
        'systemctl start seen-other | cat',
      ],
      {
        differs: [
          {
            systemd: 'Failed to start seen-other.service: Unit seen-other.service not found.',
            tysd: red('Failed to start seen-other.service: Unit seen-other.service not found.'),
            why: 'a terminal has colours though standard output is none',
          },
        ],
      },
    ),
  },
  { timeoutSec: 600, attempts: [1, 1] },
);
