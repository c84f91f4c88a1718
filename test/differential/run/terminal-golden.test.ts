import { compareManagers, type Case } from './both.ts';
import { seenOn } from './seen.ts';

const quiet = '[Unit]\nDefaultDependencies=no\n';
const long = 'Seen A, which has a rather long description that does not fit into a narrow terminal';

/** Runs a command on a terminal of so many columns; what differs from run to run is taken out. */
const onTerminal = String.raw`
  on() {
    local columns=$1; shift
    echo "## $columns: $*"
    script -qec "stty cols $columns rows 100; unset SYSTEMD_COLORS LC_ALL NO_COLOR; export SYSTEMD_PAGER= TERM=xterm-256color $locale; $*" /dev/null </dev/null |
      sed -E 's/\r//g; s/[0-9]+ \/act/N \/act/; s/PID: [0-9]+/PID: N/; s/Process: [0-9]+/Process: N/; s/since .*/since TIME/; s/([@+])[0-9.]+(ms|s)/\1TIME/; /^ +(Tasks|Memory|CPU):/d; s/^[A-Z][a-z]{2} [0-9]{2} [0-9:]{8} (\S+ \w+)\[[0-9]+\]/Nov 30 00:00:00 \1[1]/'
  }`;

const units = {
  'seen-a.service': `[Unit]\nDefaultDependencies=no\nDescription=${long}\nDocumentation=man:seen(8) https://example.org/ file:/etc/hosts\n[Service]\nExecStart=/act wait\n[Install]\nWantedBy=nothing.target`,
  'seen-a.service.d/10-more.conf': '[Service]\nNice=1\n',
  'seen-b.service': `${quiet}[Service]\nType=oneshot\nExecStart=/bin/sh -c 'exit 1'`,
  'seen-c.timer': `${quiet}[Timer]\nOnCalendar=2040-01-01\nUnit=seen-b.service`,
  'seen-d.socket': `${quiet}[Socket]\nListenStream=/run/seen-d\nListenDatagram=/run/seen-datagrams\nService=seen-h.service`,
  'seen-h.service': `[Unit]\nDefaultDependencies=no\nDescription=日本語\n[Service]\nExecStart=/act wait`,
  'seen.target': `${quiet}Wants=seen-a.service seen-b.service\nAfter=seen-a.service`,
};

const commands = [
  'systemctl -n0 status seen-a seen-b seen-d.socket',
  "systemctl list-units --all 'seen*'",
  'systemctl list-timers',
  'systemctl list-dependencies seen.target',
];
const more = [
  'systemctl -n0 status seen-c.timer seen-h',
  "systemctl list-units --failed 'seen*'",
  "systemctl list-units -l --all 'seen*'",
  "systemctl list-units 'none*'",
  "systemctl list-unit-files 'seen*'",
  "systemctl list-sockets 'seen*'",
  'systemctl is-active seen-a seen-b',
  'systemd-cgls --xattr=no --cgroup-id=no -u seen-a',
];

/** Tables and trees, also of tools of their own. */
const tables = [
  ...commands,
  ...more,
  "systemctl list-units --all 'seen*' --no-legend",
  "systemctl list-units --all 'seen*' --plain",
  'systemctl list-timers --all',
  'systemctl list-dependencies --all seen.target',
  'systemctl list-dependencies --plain seen.target',
  'systemctl list-dependencies --reverse seen-a',
  'systemctl cat seen-a',
  'systemd-analyze verify /etc/systemd/system/seen-h.service',
  'systemd-delta --diff=no systemd/system/seen-a.service.d systemd/system',
  'systemd-delta --diff=no -t masked,equivalent,redirected,overridden,extended,unchanged sysctl.d',
  'systemd-cgls --xattr=no --cgroup-id=no -l -u seen-a',
];
const jobs = ['systemctl list-jobs', 'systemctl list-jobs --no-legend', 'systemctl list-jobs --after'];

/** What both show of the same units, by the environment and the width of the terminal. */
function seen(environment: string, columns: number, lines: readonly string[]): Case {
  return {
    alone: true,
    read: seenOn,
    script: `${onTerminal}
      export locale=${environment}
      systemctl start seen-a seen-c.timer seen-d.socket; systemctl start seen-b 2>/dev/null
      ${lines.map((line) => `on ${columns} "${line}"`).join('\n')}
      systemctl stop seen-a seen-c.timer seen-d.socket; systemctl reset-failed`,
  };
}

/** How the ends of groups are seen in the list of unit files, without colours and with them. */
const ends = ['seen-h.service', 'seen-d.socket ', 'seen.target   '].map((name) => ({
  systemd: `‹4›${name} static   -`,
  tysd: `‹4›${name} static   ‹38;5;245;4›-`,
  why: 'the line below the end of a group does not make what is grey black',
}));

compareManagers(
  'what is seen on a terminal',
  {
    'in UTF-8': {
      ...seen('LANG=C.UTF-8', 80, [...commands, ...more]),
      units,
      differs: ends,
    },
    'on a narrow one': seen('LANG=C.UTF-8', 50, commands),
    'in the C locale': seen('LC_ALL=C', 60, commands),
    'without colours': seen('NO_COLOR=1', 80, commands.slice(0, 2)),
    'on a dumb terminal': seen('TERM=dumb', 80, commands.slice(0, 2)),
    'in 40 columns': { ...seen('LANG=C.UTF-8', 40, tables), differs: ends },
    'in 20 columns': seen('LANG=C.UTF-8', 20, [...commands.slice(0, 1), ...commands.slice(2)]),
    'in 200 columns': { ...seen('LANG=C.UTF-8', 200, tables), differs: ends },
    'in 80 columns, of the C locale': { ...seen('LC_ALL=C', 80, tables), differs: ends },
    'in 16 colours': seen('SYSTEMD_COLORS=16', 80, commands),
    'in colours that are off': seen('SYSTEMD_COLORS=0', 80, commands),
    'without links': seen('SYSTEMD_URLIFY=0', 60, [...commands, 'systemctl cat seen-a']),
    jobs: {
      alone: true,
      read: seenOn,
      units: {
        'waits-slow.service': `[Unit]\nDefaultDependencies=no\nDescription=${long}\n[Service]\nType=notify\nTimeoutStartSec=infinity\nExecStart=/act wait`,
      },
      script: `${onTerminal}
        export locale=LANG=C.UTF-8
        systemctl start --no-block waits-slow
        for columns in 40 80 200; do
          ${jobs.map((line) => `on $columns "${line}"`).join('\n')}
        done | sed -E 's/[0-9]+ +(.{0,40}waits)/N \\1/; s/^(.{0,20})JOB +/\\1JOB /'
        systemctl stop waits-slow`,
    },
    'with $COLUMNS': seen('COLUMNS=50', 80, commands.slice(1, 2)),
  },
  {
    timeoutSec: 600,
    attempts: [1],
    setup: `
      mkdir -p usr/lib/sysctl.d etc/sysctl.d
      for name in masked equivalent redirected overridden unchanged; do echo a=1 >usr/lib/sysctl.d/seen-$name.conf; done
      ln -s /dev/null etc/sysctl.d/seen-masked.conf; echo a=1 >etc/sysctl.d/seen-equivalent.conf; echo a=2 >etc/sysctl.d/seen-overridden.conf
      ln -s /usr/lib/sysctl.d/seen-redirected.conf etc/sysctl.d/seen-redirected.conf
      if [ -d opt/tysd ]; then for tool in delta cgls; do ln -sf /opt/tysd/systemd-$tool usr/bin/systemd-$tool; done; fi`,
  },
);
