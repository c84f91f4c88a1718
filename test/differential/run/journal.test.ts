import { compareManagers, type Case } from './both.ts';
import { readFields } from './entry-fields.ts';

const about =
  'MESSAGE,MESSAGE_ID,PRIORITY,SYSLOG_IDENTIFIER,SYSLOG_FACILITY,_TRANSPORT,_PID,UNIT,INVOCATION_ID,JOB_TYPE,JOB_RESULT,UNIT_RESULT,EXIT_CODE,EXIT_STATUS,COMMAND,N_RESTARTS';
const who =
  'MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,SYSLOG_FACILITY,SYSLOG_PID,_TRANSPORT,_UID,_GID,_COMM,_EXE,_CMDLINE,_CAP_EFFECTIVE,_SYSTEMD_CGROUP,_SYSTEMD_UNIT,_SYSTEMD_SLICE,_SYSTEMD_INVOCATION_ID,_HOSTNAME,_MACHINE_ID,_BOOT_ID,_RUNTIME_SCOPE,_STREAM_ID,_LINE_BREAK';

function service(lines: string): string {
  return `[Unit]\nDefaultDependencies=no\n[Service]\n${lines}\n`;
}

const restarting = (count: number): string =>
  `MESSAGE=say-again.service: Scheduled restart job, restart counter is at ${count}. MESSAGE_ID=5eb03494b6584870a536b337290809b3 PRIORITY=6 ${ofManager} N_RESTARTS=${count}`;
const ofManager = 'SYSLOG_IDENTIFIER=systemd SYSLOG_FACILITY=3 _TRANSPORT=journal _PID=1 UNIT=say-again.service INVOCATION_ID=ID';
const stoppedForRestart = `MESSAGE=Stopped say-again.service. MESSAGE_ID=9d1aaa27d60140bd96365438aad20286 PRIORITY=6 ${ofManager} JOB_TYPE=restart JOB_RESULT=done`;

const cases: Readonly<Record<string, Case>> = {
  'what the manager says of a service': {
    units: {
      'say-simple.service': service('ExecStart=sleep 1000\nExecReload=true'),
      'say-once.service': service('Type=oneshot\nExecStart=true'),
      'say-fails.service': service('ExecStart=sh -c "exit 3"'),
      'say-killed.service': service('ExecStart=sh -c "kill -9 $$$$"'),
      'say-skipped.service': `[Unit]\nDefaultDependencies=no\nConditionPathExists=/nowhere\n[Service]\nExecStart=true`,
      'say-refused.service': `[Unit]\nDefaultDependencies=no\nAssertPathExists=/nowhere\n[Service]\nExecStart=true`,
      'say-again.service': `[Unit]\nDefaultDependencies=no\nStartLimitBurst=2\n[Service]\nRestart=on-failure\nRestartSec=10ms\nExecStart=false`,
      'say-slow.service': service('Type=notify\nTimeoutStartSec=100ms\nExecStart=sleep 1000'),
      'say-bound.service': `[Unit]\nDefaultDependencies=no\nRequires=say-missing-one.service\nAfter=say-missing-one.service\n[Service]\nExecStart=true`,
      'say-missing-one.service': service('Type=oneshot\nExecStart=false'),
      'say-a.target': '[Unit]\nDefaultDependencies=no\nDescription=A target',
      'say-a.socket': '[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=/run/t/say-a.sock\nAccept=yes',
      'say-a@.service': service('ExecStart=true'),
      'say-a.timer': '[Unit]\nDefaultDependencies=no\n[Timer]\nOnActiveSec=1000\nUnit=say-once.service',
    },
    script: `${readFields}
      quiet systemctl start say-simple say-a.target say-a.socket say-a.timer
      quiet systemctl reload say-simple
      quiet systemctl restart say-simple
      quiet systemctl stop say-simple say-a.target say-a.socket say-a.timer
      quiet systemctl stop say-simple
      for unit in say-once say-fails say-killed say-skipped say-refused say-again say-slow say-bound; do quiet systemctl start $unit; done
      settle say-again.service say-slow.service say-fails.service say-killed.service
      for unit in say-simple.service say-a.target say-a.socket say-a.timer say-once.service say-fails.service say-killed.service say-skipped.service say-refused.service say-again.service say-slow.service say-bound.service say-missing-one.service; do
        echo "== $unit"
        fields ${about} UNIT=$unit
      done`,
    differs: [1, 2].map((count) => ({
      systemd: `${restarting(count)}\n${stoppedForRestart}`,
      tysd: restarting(count),
      why: 'since version 254 an automatic restart is a start, and nothing is stopped for it',
    })),
  },
  'what the manager says of a unit with LogLevelMax=': {
    units: {
      'terse-fails.service': service('LogLevelMax=warning\nExecStart=sh -c "exit 3"'),
      'terse-ends.service': service('Type=oneshot\nLogLevelMax=notice\nExecStart=true'),
      'terse-not.service': service('LogLevelMax=info\nType=oneshot\nExecStart=true'),
    },
    script: `${readFields}
      for unit in terse-fails terse-ends terse-not; do quiet systemctl start $unit; done
      settle terse-fails.service
      logged 'Failed with result' UNIT=terse-fails.service
      for unit in terse-fails terse-ends terse-not; do echo "== $unit"; fields MESSAGE,PRIORITY UNIT=$unit.service; done`,
  },
  'what is said of a program that cannot be executed': {
    units: {
      'say-no-file.service': service('ExecStart=/nonexistent/prog'),
      'say-no-right.service': service('ExecStart=/etc/hostname'),
      'say-no-user.service': service('User=nix\nExecStart=true'),
      'say-no-directory.service': service('WorkingDirectory=/nonexistent\nExecStart=true'),
    },
    script: `${readFields}
      for unit in no-file no-right no-user no-directory; do
        quiet systemctl start say-$unit; settle say-$unit.service
        logged 'Failed at step' UNIT=say-$unit.service
        fields MESSAGE,MESSAGE_ID,PRIORITY,SYSLOG_FACILITY,UNIT,INVOCATION_ID,EXECUTABLE,ERRNO UNIT=say-$unit.service PRIORITY=3 MESSAGE_ID=641257651c1b4ec9a8624d7a40a9e1e7
      done`,
  },
  'the log below a status': {
    units: {
      'tail-lines.service': service(
        'Type=oneshot\nRemainAfterExit=yes\nExecStart=sh -c "sleep 0.4; for i in 1 2 3 4 5 6; do echo line $$i; done; sleep 0.6"',
      ),
    },
    script: `${readFields}
      tail_of() { echo "status $*"; systemctl status "$@" | sed -E '1,/^$/d; s/^.* oracle [a-z]+\\[[0-9]+\\]: //'; }
      quiet systemctl start tail-lines; logged Finished -u tail-lines; logged 'line 6' -u tail-lines
      for count in 0 1 3 100; do tail_of -n$count tail-lines; done
      tail_of -n2 -o cat tail-lines
      sleep 2.5; quiet systemctl restart tail-lines; until_ok eval '[ $(journalctl -q -o cat -u tail-lines | grep -c Finished) = 2 ]'
      until_ok eval '[ $(journalctl -q -o cat -u tail-lines | grep -c "line 6") = 2 ]'; tail_of -n2 tail-lines
      quiet systemctl stop tail-lines; logged Stopped -u tail-lines
      tail_of -n2 tail-lines`,
  },
  'what cannot be printed as it is': {
    script: `${readFields}
      for text in 'red \\033[31mred\\033[0m' 'red \\033[31mred\\033[0m \\001 x' 'bytes \\377\\376 x' 'tab\\there' 'last'; do printf "$text\\n"; done | systemd-cat -t odd; logged last -t odd
      for options in '' '-a' '-o cat'; do journalctl -q -t odd $options | sed -E 's/^.* odd\\[[0-9]+\\]/TIME odd/' | cat -v; done
      journalctl --version | head -n1 | cut -d' ' -f1,2`,
  },
  'units of a journal namespace, and what is seen of them from where': {
    units: {
      'apart-in.service': service('LogNamespace=probe\nExecStart=/bin/sh -c "echo said in it; echo to stderr >&2; sleep 1000; true"'),
      'apart-out.service': service('ExecStart=/bin/sh -c "echo said beside; sleep 1000; true"'),
    },
    script: `${readFields}
      quiet systemctl start apart-in apart-out
      logged 'to stderr' --namespace=probe -u apart-in; logged 'said beside' -u apart-out
      for namespace in '' --namespace=probe '--namespace=*' --namespace=+probe --namespace= --namespace=elsewhere; do
        echo "== $namespace"
        journalctl $namespace -q -o cat -u apart-in -u apart-out | sort; echo "-> $?"
        journalctl $namespace -q -o cat _TRANSPORT=stdout _SYSTEMD_UNIT=apart-in.service
        journalctl $namespace -q -o cat _NAMESPACE=probe _SYSTEMD_UNIT=apart-in.service
      done
      fields ${who},_NAMESPACE --namespace=probe _SYSTEMD_UNIT=apart-in.service
      systemctl status apart-in | grep -Ec 'said in it|to stderr|Started apart-in'
      systemctl stop apart-in apart-out`,
  },
  'who writes to stdout, /dev/log and the journal’s socket': {
    units: {
      'who-out.service': service('ExecStart=/bin/sh /etc/systemd/system/who/out.sh "a word" "$$x"'),
      'who/out.sh': 'printf "one\\n<3>three\\nbin\\001\\n"; sleep 0.2; printf "cut"; exec >/dev/null 2>&1; sleep 1000; true\n',
      'who-err.service': service(
        'User=daemon\nSyslogIdentifier=named\nSyslogFacility=local1\nSyslogLevel=notice\nLogExtraFields=ROLE=x\nExecStart=/bin/sh -c "echo out; echo err >&2; sleep 1000; true"',
      ),
      'who-sent.service': service('User=daemon\nLogExtraFields=ROLE=x\nType=oneshot\nExecStart=/bin/sh /etc/systemd/system/who/sent.sh'),
      // Each lives on for a while: real journald looks only when it comes to it.
      'who/sent.sh': `journal=/run/systemd/journal/socket
        /act datagram /dev/log '<30>Jan  1 00:00:00 prog[5]: old style' datagram /dev/log 'no priority' datagram /dev/log '<191>  spaces: around  ' sleep 700
        /act datagram /dev/log '<30>Jan  1 00:00:00 no-colon' datagram /dev/log '<30>Jan  1 00:00:00 a b: c' datagram /dev/log '<999>big: pri' datagram /dev/log '<4>as: the kernel' sleep 700
        /act datagram $journal "$(printf 'MESSAGE=native\nFOO=bar\nFOO=baz\n_FAKE=1\nPRIORITY=3\nlower=no\nUNIT=x.service\nOBJECT_PID=1\n.')" sleep 700
        /act datagram $journal "$(printf 'MESSAGE=a\n\nMESSAGE=b\nPRIORITY=1\nX=y\nX=z\n\nX=no message\n\nPRIORITY=9\nMESSAGE=odd\nCUT=no newline')" large $journal large sleep 700
        { echo by cat; sleep 0.7; } | systemd-cat -t ident -p warning
        `,
      'who-tool.service': service('User=daemon\nType=oneshot\nExecStart=/bin/sh /etc/systemd/system/who/tool.sh'),
      'who/tool.sh': `logger -t tool one; logger -t tool -p local3.err with priority; logger -t tool --id=77 with pid
        printf 'MESSAGE=native\nSYSLOG_IDENTIFIER=tool\nPRIORITY=3\n' | logger --journald; logger -t tool -p user.emerg last\n`,
    },
    script: `${readFields}
      quiet systemctl start who-out who-err
      logged cut -u who-out; logged err -u who-err
      fields ${who} _TRANSPORT=stdout _SYSTEMD_UNIT=who-out.service
      fields ${who},ROLE _TRANSPORT=stdout _SYSTEMD_UNIT=who-err.service
      quiet systemctl start who-sent
      fields ${who},ROLE,SYSLOG_TIMESTAMP,SYSLOG_RAW _SYSTEMD_UNIT=who-sent.service _TRANSPORT=syslog
      fields ${who},ROLE,FOO,_FAKE,lower,X,UNIT,BIG _SYSTEMD_UNIT=who-sent.service _TRANSPORT=journal | cut -c1-1000
      journalctl -q -o cat --output-fields=BIG MESSAGE=large | wc -c
      journalctl -q -o cat -u x.service
      journalctl -q -o cat _TRANSPORT=stdout _SYSTEMD_UNIT=who-sent.service
      quiet systemctl start who-tool
      logged last -t tool
      fields MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,SYSLOG_FACILITY,SYSLOG_PID,_UID,_TRANSPORT -t tool
      systemctl stop who-out who-err`,
  },
  'an entry about another process': {
    units: {
      'object-it.service': service('User=daemon\nSlice=object.slice\nExecStart=/bin/sleep 1000'),
      'object.slice': '',
      'object-by-root.service': service('Type=oneshot\nExecStart=/bin/sh /etc/systemd/system/object/send.sh root'),
      'object-by-other.service': service('Type=oneshot\nUser=nobody\nExecStart=/bin/sh /etc/systemd/system/object/send.sh other'),
      'object-by-itself.service': service('Type=oneshot\nUser=daemon\nExecStart=/bin/sh /etc/systemd/system/object/send.sh itself'),
      'object/send.sh': `pid=$(cat /run/t/object)
        say() { /act datagram /run/systemd/journal/socket "$(printf "MESSAGE=about $*\\n."; )" sleep 300; }
        say "$1\\nOBJECT_PID=$pid"; say "$1, gone\\nOBJECT_PID=4000000"; say "$1, odd\\nOBJECT_PID=x"; say "$1, twice\\nOBJECT_PID=1\\nOBJECT_PID=$pid\\nOBJECT_UID=7"\n`,
    },
    script: `${readFields}
      quiet systemctl start object-it; systemctl show -P MainPID object-it >/run/t/object; chmod 644 /run/t/object
      quiet systemctl start object-by-root object-by-other object-by-itself
      for by in root other itself; do for what in '' ', gone' ', odd' ', twice'; do
        journalctl -q -o export "MESSAGE=about $by$what" | grep -a '^MESSAGE\\|^OBJECT' | sed "s/=$(cat /run/t/object)$/=PID/; s/\\(INVOCATION_ID\\)=.*/\\1=ID/" | sort
      done; done
      journalctl -q -o cat -u object-it | grep about; journalctl -q -o cat -u object.slice | grep about
      journalctl -q -F OBJECT_COMM
      systemctl stop object-it`,
  },
};

compareManagers('what is written to the journal', cases, { profile: 'journal' });
