import { compareManagers } from './both.ts';

/** A program that prints what it does for a terminal, in a form that shows it. */
const shown = (command: string): string => `LANG=C.UTF-8 script -qec "${command}" /dev/null | tr -d '\\r' | cat -v`;

compareManagers(
  'what others than the user have written, on a terminal',
  {
    'the status of a service that says escape sequences': {
      units: {
        'saying.service': `[Service]\nType=notify\nNotifyAccess=all\nUser=nobody\nExecStart=/bin/bash -c 'systemd-notify --ready --status="$(printf "a\\033]0;title\\007b\\302\\2331mc")"; exec sleep 1000'`,
      },
      script: `systemctl start saying
        ${shown('systemctl status --no-pager -n 0 saying')} | grep Status:
        systemctl show -p StatusText saying | cat -v`,
      differs: [
        {
          systemd: '     Status: "a^[]0;title^Gb^[1mc"'.replace('^[1m', 'M-BM-^[1m'),
          tysd: String.raw`     Status: "a\033]0;title\ab\u009b1mc"`,
          why: 'systemd 252 lets a service command the terminal of whoever looks at it',
        },
      ],
    },
    'the processes of a service by whatever names they gave themselves': {
      units: {
        'named.service': `[Service]\nUser=nobody\nExecStart=/bin/bash -c 'exec -a "$(printf "x\\033[31m\\177y")" sleep 1000'`,
      },
      script: `systemctl start named
        until_ok eval 'systemctl status --no-pager -n 0 named | grep -q 1000$'
        ${shown('systemctl status --no-pager -n 0 -l named')} | grep 1000 | sed 's/.*[0-9][0-9]* \\(.*1000\\)/\\1/'`,
    },
    'entries under names with escape sequences': {
      units: {
        'tagged.service': `[Service]\nType=oneshot\nExecStart=/bin/bash -c 'logger -t "$(printf "tag\\\\033[31mx")" one; printf "MESSAGE=two\\nSYSLOG_IDENTIFIER=n\\\\033[31mx\\n" | logger --journald; logger -t a:b three; logger -t "c[7]" four; logger -t "[x" five'`,
      },
      script: `systemctl start tagged; until_ok eval 'journalctl -q -t "[x" | grep -q five'
        for each in one two three four five; do
          echo "$each: $(journalctl -q --no-pager -o cat --output-fields=SYSLOG_IDENTIFIER -u tagged MESSAGE=$each | cat -v)"
          ${shown('journalctl -q --no-pager -o short -u tagged MESSAGE=$each')} | sed 's/.* \\([^ ]*\\)\\[[0-9]*\\]: /\\1: /'
        done`,
    },
    'bytes that are no text in the arguments of a program': {
      units: {
        'bytes.service': String.raw`[Service]
Type=oneshot
ExecStart=/bin/bash -c 'printf %%s "$@" | od -An -tx1 >/run/t/bytes' bash "\233\xff" "\342\200\231" "\xc3" ü`,
      },
      script: 'quiet systemctl start bytes; cat /run/t/bytes',
    },
  },
  { profile: 'dbus' },
);
