import { compareManagers, type Case } from './both.ts';
import { ownExplanations } from '../../../src/journal/output/own-explanations.ts';
import { readFields } from './entry-fields.ts';

/** What printf(1) makes messages of, each of an identifier of its own. */
const messages: Readonly<Record<string, string>> = {
  few: String.raw`a\nb`,
  three: String.raw`a\nb\nc`,
  many: String.raw`a\nb\n\nd\ne`,
  fits: '%036d',
  almost: '%040d',
  cut: '%0180d0123456789',
  words: '%060d some words at the end of it',
  lengthy: '%0400d',
  second: String.raw`a\n%0120d\nc`,
  late: String.raw`a\n%0400d\nc`,
  wide: `${'日本語'.repeat(20)}%d`,
  tab: String.raw`x\ty %060d`,
  verb291: '%0291d',
  verb292: '%0292d',
};

const say = Object.entries(messages)
  .map(([name, format]) => `printf '${format}\n' 7 >/run/t/said; logger -t cut-${name} -p daemon.err -- "$(cat /run/t/said)"`)
  .join('\n');

/** Of messages that are explained: all but the last digit. */
const id = '0123456789abcdef0123456789abcde';

const cases: Readonly<Record<string, Case>> = {
  'long lines and long messages with --no-full': {
    script: `${readFields}
      # The pid is a part of what a line has room for, so it has three digits.
      until [ $(sh -c 'echo $$') -gt 100 ]; do true; done
      masked() { sed -E 's/^[A-Z][a-z]{2} [0-9]+ [0-9:]{8}/Nov 30 00:00:00/; s/\\[[0-9]{3}\\]/[123]/' | cat -v; }
      ${say}
      logged . -t cut-verb292
      for name in ${Object.keys(messages).join(' ')}; do echo "## $name"; journalctl -q --no-full -t cut-$name | masked; done
      for columns in 20 34 37 40 200; do echo "## $columns"; for name in many cut second; do COLUMNS=$columns journalctl -q --no-full -t cut-$name | masked; done; done
      for options in '--no-full -l' '--full --no-full' '--no-full -a' '--no-full -o cat' '--no-full -o with-unit'; do echo "## $options"; journalctl -q $options -t cut-cut -t cut-few | sed -E 's/^[A-Z][a-z]{2} [0-9-]+ [0-9:]{8}/TIME/; s/\\[[0-9]{3}\\]/[123]/'; done
      for name in cut-verb291 cut-verb292; do journalctl -q --no-full -o verbose -t $name | grep MESSAGE; done
      LC_ALL=C journalctl -q --no-full -t cut-cut -t cut-wide | masked
      for word in words 7 end; do SYSTEMD_COLORS=1 journalctl -q --no-full -t cut-words -t cut-few -g "$word|a" | masked; done
      on() { script -qec "stty cols $1; unset COLUMNS; SYSTEMD_PAGER= $2" /dev/null </dev/null | tr -d '\\r' | masked; }
      on 60 "journalctl -q --no-full -t cut-cut"
      on 60 "journalctl -q --no-pager -t cut-cut"`,
  },
  'the list of explanations': {
    alone: true,
    script: String.raw`
      start=39f53479d3a045ac8e11786248231fbf; failed=d9b373ed55a64feb8242e02dbe79a49c
      listed() { echo "$ $*"; journalctl "$@" >/run/t/listed 2>/run/t/errors; echo "-> $?"; cat /run/t/errors; sed -E 's/^([0-9a-f]{32}) (systemd|tysd): .*/\1 MANAGER: SUBJECT/' /run/t/listed | grep -E "^(-- )?[0-9a-f]{32}|^Subject"; }
      listed --list-catalog $failed $start
      listed --list-catalog 39F53479D3A045AC8E11786248231FBF 39f53479-d3a0-45ac-8e11-786248231fbf
      listed --list-catalog -u x -n 3 $start -q
      listed --dump-catalog $start nope 00000000000000000000000000000001 | sed 's/^Subject: .*/Subject/'
      listed --dump-catalog nope | sed 's/^Subject: .*/Subject/'
      journalctl --list-catalog | cut -d' ' -f1 | sort -c && echo sorted
      journalctl --dump-catalog | tail -n1 | cat -A
      run journalctl --update-catalog
      journalctl --new-id128 | sed -E 's/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/UUID/; s/[0-9a-f]{32}/ID/; s/([0-9a-f]{2},){15}[0-9a-f]{2}/BYTES/'`,
  },
  'what packages explain of messages': {
    // These change what explains messages for all.
    alone: true,
    script: String.raw`
      base=/srv/tree; at=$base/usr/lib/systemd/catalog
      put() { mkdir -p "$(dirname "$1")"; printf -- "$2" >"$1"; }
      own='^(${Object.keys(ownExplanations).join('|')}) '
      tree() { echo "$ $*"; journalctl --root=$base "$@" >/run/t/tree 2>/run/t/errors; echo "-> $?"; cat /run/t/errors; cat /run/t/tree; }
      # Our own explanations are there without any file.
      all() { tree --list-catalog | grep -Ev "$own"; }
      put $at/a.catalog "# x
-- ${id}1
Subject: A
Defined-By: a
Support: url

body
# y


  more

-- ${id}2
Subject: Two

two
-- ${id}3
no heading

-- ${id}4
Defined-By: me

Subject: too late

-- ${id}5

just text

-- ${id}6
only lines
"
      put $at/b.catalog "-- ${id}1
Subject: B

of b

-- ${id}2
Support: b

-- ${id}5
Subject: late

-- ABCDEF0123456789ABCDEF0123456789
Subject:   big  

x
"
      put $base/usr/local/lib/systemd/catalog/c.catalog "-- ${id}7
Subject: local

x"; put $at/c.catalog "-- ${id}7
Subject: hidden

x"
      put $base/etc/systemd/catalog/e.catalog "-- ${id}8
Subject: nowhere

x"; put $at/e.txt "-- ${id}9
Subject: nowhere

x"
      tree --update-catalog; all
      for n in 1 2 3 4 5 6 7; do tree --dump-catalog ${id}$n; done; tree --dump-catalog abcdef0123456789abcdef0123456789 ${id}8 ${id}9
      put $at/l.de.catalog "-- ${id}1
Subject: Eins

eins
"; put $at/m.catalog "-- ${id}1 fr
Subject: Un

un
"
      tree --update-catalog; tree --dump-catalog ${id}1; LANG=C.UTF-8 tree --list-catalog ${id}1
      for text in "x
" "-- ${id}1

-- ${id}2
x
" "-- ${id}1
" "-- ${id}1 x
y
" "-- ${id}1 012345678901234567890123456789012
y
" "--  ${id}1
y
" "-- ${id}
y
" "  
"; do
        put $at/odd.catalog "$text"; echo "## $text"; tree --update-catalog
      done
      rm $at/odd.catalog; mkdir $at/odd.catalog; tree --update-catalog
      rmdir $at/odd.catalog; ln -s /nowhere $at/odd.catalog; tree --update-catalog
      rm $at/odd.catalog; ln -s /dev/null $at/odd.catalog; tree --update-catalog; rm -r $base; mkdir -p $base; tree --update-catalog`.replaceAll(
      "''$",
      '$',
    ),
  },
  'explanations below messages': {
    alone: true,
    script: String.raw`${readFields}
      at=/usr/lib/systemd/catalog; mkdir -p $at
      printf -- "-- ${id}1
Subject: About @UNIT@
Defined-By: us

@MESSAGE@ of @OWN_FIELD@, @NONE@ @lower@ @@ a@b.c @OWN1@ @_PID_@ 100%%

  @CODE_LINE@ @TWICE@

-- ${id}2
Subject: @MESSAGE
" >$at/ours.catalog
      journalctl --update-catalog
      say() { printf '%b
' "$@" | logger --journald; }
      say MESSAGE=one MESSAGE_ID=${id}1 SYSLOG_IDENTIFIER=explained UNIT=x.service OWN_FIELD=mine OWN1=number CODE_LINE=7 TWICE=a TWICE=b
      say 'MESSAGE=two' MESSAGE_ID=${id}1 SYSLOG_IDENTIFIER=explained USER_UNIT=u.service
      say MESSAGE=three MESSAGE_ID=${id}2 SYSLOG_IDENTIFIER=explained
      say MESSAGE=four MESSAGE_ID=${id}3 SYSLOG_IDENTIFIER=explained
      logged . -t explained
      masked() { sed -E 's/^[A-Z][a-z]{2} [0-9]+ [0-9:]{8}/TIME/; s/^[A-Z][a-z]{2} [0-9-]+ [0-9:]+ UTC/TIME/; s/\[[0-9]+\]/[PID]/' | cat -v; }
      for how in -x '-x -r' '-x -o cat' '-x -o with-unit' '-x --no-full' '-x -g one|two' '--catalog -n1'; do echo "## $how"; journalctl -q -t explained $how | masked; done
      LC_ALL=C journalctl -q -t explained -x -n 2 | masked
      SYSTEMD_COLORS=1 journalctl -q -t explained -x -n 4 | masked
      rm $at/ours.catalog; journalctl --update-catalog`,
    differs: [
      ['M-bM-^VM-^QM-bM-^VM-^Q ', ''],
      ['^[[0;38;5;245mM-bM-^VM-^QM-bM-^VM-^Q ^[[0m^[[0;32m', '^[[0m'],
    ].map(([before, after]) => ({
      systemd: `${before}Subject: About UNIT${after}`,
      tysd: `${before}Subject: About u.service${after}`,
      why: 'Messages of the manager of a user say USER_UNIT=, of which no explanation of systemd knows.',
    })),
  },
  'which journals are read, and what cannot be asked for together': {
    script: `
      for options in '-b' '-b -1' '--boot=0' '-k' '--list-boots'; do run journalctl --merge $options -n0; run journalctl $options -m -q -n0 -o json; done
      run journalctl --merge --boot=all -n0 -q
      mkdir -p /run/t/other
      for root in /run/t/other run/t/other /run/t/nowhere; do run journalctl --root=$root -n1 | sed 's/ (.* does not exist)//'; done
      for options in '-D /var/log/journal' '--file=/x' '--directory=/x --file=/y'; do run journalctl --root=/run/t/other $options; done
      for options in '--interval=' '--interval=1h -n0 -q' '--force -n0 -q'; do run journalctl $options; done`,
  },
  'a journal below another root directory': {
    script: String.raw`${readFields}
      echo 'of the other machine' | systemd-cat -t elsewhere; logged other -t elsewhere
      journalctl --sync
      mkdir -p /run/t/root/var/log /run/t/root/etc /run/t/root/var/lib/tysd
      cp /etc/machine-id /run/t/root/etc
      cp -r /run/log/journal /var/log/journal /run/t/root/var/log 2>/dev/null
      cp -r /var/lib/tysd/journal /run/tysd/journal /run/t/root/var/lib/tysd 2>/dev/null
      for root in / '' /run/t/root; do journalctl --root=$root -o cat -t elsewhere; echo "-> $?"; done`,
  },
};

compareManagers('options of journalctl', cases, { profile: 'journal' });

const service = (lines: string): string => `[Unit]\nDefaultDependencies=no\n[Service]\n${lines}\n`;
const since =
  'systemd shows nothing that is older than the last change out of "inactive"; a failure is shown with the run that it ended here';

compareManagers(
  'the log of the present run below a status',
  {
    'a unit that was restarted': {
      units: {
        'lives-long.service': service(
          'ExecStart=sh -c "trap \'echo bye; exit 0\' TERM; sleep 0.4; echo begin; sleep 1000 & wait"\nExecStartPost=sleep 0.8',
        ),
        'lives-once.service': service('Type=oneshot\nRemainAfterExit=yes\nExecStart=sh -c "sleep 0.4; echo begin; sleep 0.4; true"'),
        'lives-not.service': `[Unit]\nDefaultDependencies=no\nConditionPathExists=!/run/t/not\n[Service]\nType=oneshot\nExecStart=sh -c "sleep 0.4; echo ran; sleep 0.4; true"`,
        'lives-keeps.target': '[Unit]\nDefaultDependencies=no\nAfter=lives-not.service',
      },
      script: `${readFields}
        tail_of() { echo "status $*"; systemctl status "$@" | sed -E '1,/^$/d; s/^.* oracle ([a-z]+)\\[[0-9]+\\]: /\\1: /' | sort; }
        says() { [ $(journalctl -q -o cat -u $1 | grep -c "$2") = $3 ]; }
        systemctl start lives-keeps.target
        for count in 1 2 3; do
          # Not "restart": what journald takes in after a run has begun, systemd shows with that run, though it was said before.
          [ $count = 1 ] || { quiet systemctl stop lives-long lives-once; for unit in lives-long lives-once; do until_ok says $unit Stopped $((count - 1)); done; }
          quiet systemctl start lives-long lives-once; until_ok says lives-long Started $count; until_ok says lives-long begin $count
          until_ok says lives-once Finished $count
          tail_of lives-long; tail_of lives-once; tail_of -n1 lives-long
        done
        quiet systemctl start lives-not; until_ok says lives-not Finished 1
        touch /run/t/not; quiet systemctl start lives-not; until_ok says lives-not skipped 1; tail_of lives-not
        rm /run/t/not; quiet systemctl start lives-not; until_ok says lives-not Finished 2; tail_of lives-not
        systemctl stop lives-long lives-once lives-keeps.target`,
    },
    'long messages on a terminal': {
      units: {
        'lives-long-lines.service':
          '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=sh -c "until [ -e /run/t/go-on ]; do sleep 0.05; done; exec /act journal /run/t/lines journal /run/t/wide journal /run/t/three wait"',
      },
      script: String.raw`
        message() { printf 'SYSLOG_IDENTIFIER=%s\nMESSAGE\n' $1; printf "\x$(printf %02x ${'$'}{#2})\0\0\0\0\0\0\0"; printf '%s\n' "$2"; }
        message lines $'one\ntwo\nthree\nfour\nfive' >/run/t/lines
        message three $'one\ntwo\nthree' >/run/t/three
        message wide "$(printf 'word %.0s' $(seq 40))end" >/run/t/wide
        # What is below a line stands as far right as that line's pid is long: let it have four digits.
        until [ $(sh -c 'echo $$') -ge 1000 ]; do :; done
        systemctl start lives-long-lines
        began() { journalctl -q -o cat -u lives-long-lines | grep -q Started; }; until_ok began; touch /run/t/go-on
        all() { [ $(journalctl -q -o cat -u lives-long-lines | grep -c 'end\|five') = 2 ]; }; until_ok all
        for width in 60 120 300; do for more in '' -l; do
          echo "## $width $more"
          script -qec "stty cols $width rows 100; unset SYSTEMD_COLORS; NO_COLOR=1 TERM=dumb systemctl --no-pager $more status lives-long-lines" /dev/null </dev/null |
            sed -E '1,/^\r?$/d; s/\r//; s/^[A-Z].{14} oracle ([a-z]+)\[[0-9]+\]: /TIME 00 00:00:00 oracle \1[1]: /'
        done; done
        systemctl stop lives-long-lines`,
    },
    'a unit that fails again and again': {
      units: {
        'lives-badly.service': `[Unit]\nDefaultDependencies=no\nStartLimitBurst=2\n[Service]\nRestart=on-failure\nRestartSec=100ms\nExecStart=sh -c "sleep 0.4; echo begin; sleep 0.4; exit 3"`,
      },
      script: `${readFields}
        quiet systemctl start lives-badly; settle lives-badly.service; logged 'Start request repeated' -u lives-badly; logged 'Failed to start' -u lives-badly
        systemctl status lives-badly | sed -E '1,/^$/d; s/^.* oracle ([a-z]+)\\[[0-9]+\\]: /\\1: /' >/run/t/badly
        # What systemd shows ahead of that are the lines that journald was late to take.
        sed -n '/restart counter is at 2/,$p' /run/t/badly; grep -c begin /run/t/badly
        systemctl reset-failed lives-badly`,
      differs: [
        {
          systemd: 'systemd: lives-badly.service: Scheduled restart job, restart counter is at 2.\nsystemd: Stopped lives-badly.service.',
          tysd: 'systemd: lives-badly.service: Scheduled restart job, restart counter is at 2.',
          why: 'systemd 252 tells of a stop that was none',
        },
        { systemd: '0', tysd: '1', why: since },
      ],
    },
  },
  { profile: 'journal' },
);
