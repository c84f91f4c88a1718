import { type Case, compareManagers } from './both.ts';
import { readFields } from './entry-fields.ts';

const prepare = `${readFields}
      masked() { LC_ALL=C sed -E 's/^[A-Z][a-z]{2} [0-9]{2} [0-9:]{8} /TIME /; s/\\[[0-9]+\\]/[PID]/'; }
      systemctl start systemd-journald.socket systemd-journald-dev-log.socket systemd-journald.service`;

const who =
  'MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,SYSLOG_FACILITY,SYSLOG_PID,_TRANSPORT,_UID,_GID,_COMM,_EXE,_CMDLINE,_CAP_EFFECTIVE,_SYSTEMD_CGROUP,_SYSTEMD_UNIT,_SYSTEMD_SLICE,_SYSTEMD_INVOCATION_ID,_STREAM_ID,ROLE';
const about =
  'MESSAGE,MESSAGE_ID,PRIORITY,SYSLOG_IDENTIFIER,SYSLOG_FACILITY,_TRANSPORT,_PID,_UID,UNIT,INVOCATION_ID,JOB_TYPE,JOB_RESULT,UNIT_RESULT,EXIT_CODE,EXIT_STATUS,COMMAND';

function service(lines: string): string {
  return `[Unit]\nDefaultDependencies=no\n[Service]\n${lines}\n`;
}

const cases: Readonly<Record<string, Case>> = {
  'where systemd-journald runs, it has what services and the manager say': {
    units: {
      'sys-out.service': service('ExecStart=/bin/sh -c \'echo one; echo "<3>three"; echo "  blanks  "; sleep 1000; :\''),
      'sys-err.service': service(
        'User=daemon\nSyslogIdentifier=named\nSyslogFacility=local1\nSyslogLevel=notice\nSyslogLevelPrefix=no\nStandardError=journal+console\nExecStart=/bin/sh -c \'echo "<3>out"; echo err >&2; sleep 1000; :\'',
      ),
      'sys-own.service': service(
        'User=daemon\nLogExtraFields="ROLE=%p \\x41"\nLogLevelMax=notice\nExecStart=/bin/sh -c \'echo "<5>kept"; echo "<6>not kept"; echo $$JOURNAL_STREAM | grep -c :; sleep 1000; :\'',
      ),
      'sys-tool.service': service(
        'Type=oneshot\nExecStart=/bin/sh -c \'logger -t tool by syslog; /act datagram /run/systemd/journal/socket "$$(printf "MESSAGE=native\\\\nSYSLOG_IDENTIFIER=tool\\\\n.")" sleep 300; systemd-cat -t tool sh -c "echo cat; sleep 1; :"\'',
      ),
      'sys-stays.service': service(
        "ExecStart=/bin/sh -c 'echo before; until [ -e /run/t/restarted ]; do sleep 0.05; done; echo after; exec sleep 1000'",
      ),
      'sys-fails.service': service('ExecStart=sh -c "sleep 0.2; echo dying; sleep 0.2; exit 3"'),
    },
    // Whose unit logger was is known only to a journal that is faster than its end.
    script: `${prepare}
      systemctl start sys-out sys-err sys-own sys-tool
      systemctl start sys-fails; settle sys-fails.service
      logged blanks -u sys-out; logged err -u sys-err; logged kept -u sys-own; logged dying -u sys-fails; logged Failed -u sys-fails
      for unit in sys-out sys-err sys-own; do fields ${who} _SYSTEMD_UNIT=$unit.service; done
      [ ! -d /opt/tysd ] || PATH=/opt/tysd:$PATH
      echo through a pipe | systemd-cat -t piped -p notice; logged pipe -t piped; fields MESSAGE,PRIORITY,_TRANSPORT,_UID -t piped
      PATH=\${PATH#/opt/tysd:}
      logged cat -t tool; logged native -t tool; logged 'by syslog' -t tool; fields MESSAGE,PRIORITY,_TRANSPORT,_UID,_SYSTEMD_UNIT -t tool | sed '/^MESSAGE=by syslog /s/ _SYSTEMD_UNIT=.*//' | LC_ALL=C sort
      fields ${about} UNIT=sys-out.service; fields ${about} UNIT=sys-fails.service
      journalctl -q -u sys-fails | masked
      systemctl status sys-fails | sed -n '/^$/,$p' | masked
      systemctl status -n 2 sys-fails | sed -n '/^$/,$p' | masked; systemctl status -n 1 -o cat sys-fails | sed '1,/^$/d'
      systemctl show -p ActiveState,SubState systemd-journald.service systemd-journald.socket systemd-journald-dev-log.socket
      journalctl -q -o cat /usr/bin/dash | sort; echo "status $?"
      systemctl start sys-stays; logged before -u sys-stays
      systemctl restart systemd-journald.service; touch /run/t/restarted
      logged after -u sys-stays; fields MESSAGE,_SYSTEMD_UNIT,_TRANSPORT,_UID _TRANSPORT=stdout _SYSTEMD_UNIT=sys-stays.service
      systemctl start sys-tool; journalctl -q -o cat -t tool | sort | uniq -c
      systemctl stop sys-out sys-err sys-own sys-stays`,
  },
};

compareManagers('handed over to systemd-journald', cases, { profile: 'journal' });
