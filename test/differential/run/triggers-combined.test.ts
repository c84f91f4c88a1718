import { compareManagers } from './both.ts';

const no = '[Unit]\nDefaultDependencies=no\n';
const notes = '[Service]\nType=oneshot\nExecStart=/act to /run/t/NAME note ran';
const ran = `ran() { until_ok sh -c "[ \\$(grep -c ran /run/t/$1 2>/dev/null) -ge $2 ]"; }`;

compareManagers('units that start others, with other relations around them', {
  'a path unit of every kind of path': {
    units: {
      'tkinds.path': `${no}[Path]\nPathExists=/run/t/tkinds-exists\nPathExistsGlob=/run/t/tkinds-glob-*\nPathChanged=/run/t/tkinds-changed\nPathModified=/run/t/tkinds-modified\nDirectoryNotEmpty=/run/t/tkinds-dir\nMakeDirectory=no\nTriggerLimitIntervalSec=1h\nTriggerLimitBurst=50\n`,
      'tkinds.service': `${no}[Service]\nType=oneshot\nExecStart=/bin/sh -c "rm -f /run/t/tkinds-exists /run/t/tkinds-glob-* /run/t/tkinds-dir/*"\nExecStart=/act to /run/t/tkinds env TRIGGER_UNIT env TRIGGER_PATH note ran`,
    },
    script: `${ran}
      mkdir -p /run/t/tkinds-dir
      run systemctl start tkinds.path
      show tkinds.path tkinds.service
      touch /run/t/tkinds-exists; ran tkinds 1; sub tkinds.path waiting
      touch /run/t/tkinds-glob-a; ran tkinds 2; sub tkinds.path waiting
      touch /run/t/tkinds-changed; ran tkinds 3; sub tkinds.path waiting
      touch /run/t/tkinds-modified; ran tkinds 4; sub tkinds.path waiting
      touch /run/t/tkinds-dir/x; ran tkinds 5; sub tkinds.path waiting
      notes tkinds
      systemctl show -p Paths tkinds.path
      table MakeDirectory,DirectoryMode,TriggerLimitIntervalUSec,TriggerLimitBurst,Result tkinds.path
      run systemctl stop tkinds.path
      touch /run/t/tkinds-exists /run/t/tkinds-glob-b; rm -f /run/t/tkinds
      run systemctl start tkinds.path; ran tkinds 1; sub tkinds.path waiting
      touch /run/t/tkinds-dir/y /run/t/tkinds-exists; ran tkinds 2; sub tkinds.path waiting
      notes tkinds
      run systemctl stop tkinds.path`,
  },
  'a timer, a path and a socket for one service, which stop and start with it': {
    units: {
      'tmany.timer': `${no}[Timer]\nOnActiveSec=1h\n`,
      'tmany.path': `${no}[Path]\nPathExists=/run/t/tmany-go\n`,
      'tmany.socket': `${no}[Socket]\nListenStream=/run/t/tmany.sock\n`,
      'tmany.service': `${no}[Service]\nExecStart=/act to /run/t/tmany note start wait\n`,
    },
    script: `
      run systemctl start tmany.timer tmany.path tmany.socket
      show tmany.timer tmany.path tmany.socket tmany.service
      touch /run/t/tmany-go; heard tmany start; rm /run/t/tmany-go
      sub tmany.service running
      show tmany.timer tmany.path tmany.socket tmany.service
      run systemctl restart tmany.service
      settle tmany.service tmany.path; show tmany.timer tmany.path tmany.socket tmany.service
      quiet systemctl stop tmany.service
      settle tmany.service tmany.path tmany.timer
      show tmany.timer tmany.path tmany.socket tmany.service
      run systemctl stop tmany.socket tmany.path
      run systemctl start tmany.service
      quiet systemctl stop tmany.service
      show tmany.timer tmany.path tmany.socket tmany.service
      run systemctl stop tmany.timer`,
  },
  'triggers of services that a condition, a mask or a conflict keeps off': {
    units: {
      'tcond.timer': `${no}[Timer]\nOnActiveSec=100ms\nAccuracySec=1us\n`,
      'tcond.service': `${no}ConditionPathExists=/nonexistent\n${notes.replace('NAME', 'tcond')}`,
      'tassert.timer': `${no}[Timer]\nOnActiveSec=100ms\nAccuracySec=1us\n`,
      'tassert.service': `${no}AssertPathExists=/nonexistent\n${notes.replace('NAME', 'tassert')}`,
      'tclash.timer': `${no}[Timer]\nOnActiveSec=100ms\nAccuracySec=1us\n`,
      'tclash.service': `${no}Conflicts=tclash.timer\n${notes.replace('NAME', 'tclash')}`,
      'tneeds.timer': `${no}[Timer]\nOnActiveSec=100ms\nAccuracySec=1us\n`,
      'tneeds.service': `${no}Requires=tneeds-fails.service\nAfter=tneeds-fails.service\n${notes.replace('NAME', 'tneeds')}`,
      'tneeds-fails.service': `${no}[Service]\nType=oneshot\nExecStart=/act exit 1\n`,
      'trefuse.timer': `${no}[Timer]\nOnActiveSec=100ms\nAccuracySec=1us\n`,
      'trefuse.service': `${no}RefuseManualStart=yes\n${notes.replace('NAME', 'trefuse')}`,
      'tpath.path': `${no}[Path]\nPathChanged=/run/t/tpath-x\n`,
      'tpath.service': `${no}ConditionPathExists=/nonexistent\n${notes.replace('NAME', 'tpath')}`,
      'tpathneeds.path': `${no}[Path]\nPathExists=/run/t/tpathneeds-x\n`,
      'tpathneeds.service': `${no}Requires=tneeds-fails.service\nAfter=tneeds-fails.service\n${notes.replace('NAME', 'tpathneeds')}`,
    },
    script: `
      timers='tcond.timer tassert.timer tclash.timer tneeds.timer trefuse.timer'
      run systemctl start $timers tpath.path tpathneeds.path
      sleep 0.5; settle $timers
      table ActiveState,SubState,Result $timers
      table ActiveState,SubState,Result,ConditionResult,AssertResult tcond.service tassert.service tclash.service tneeds.service tneeds-fails.service trefuse.service
      touch /run/t/tpath-x /run/t/tpathneeds-x
      sleep 0.7; settle tpath.path tpathneeds.path
      table ActiveState,SubState,Result tpath.path tpathneeds.path
      rm /run/t/tpathneeds-x
      run systemctl stop $timers tpath.path tpathneeds.path
      systemctl reset-failed $timers tpath.path tpathneeds.path tneeds.service tneeds-fails.service tassert.service tpathneeds.service 2>/dev/null
      ls /run/t | grep -E '^t(cond|assert|clash|needs|refuse)$'`,
  },
  'StopWhenUnneeded=, PartOf= and BindsTo= of what is triggered': {
    units: {
      'tstop.timer': `${no}[Timer]\nOnActiveSec=100ms\nAccuracySec=1us\n`,
      'tstop.service': `${no}StopWhenUnneeded=yes\n[Service]\nExecStartPre=/act to /run/t/tstop note ran\nExecStart=/act wait\n`,
      'tpart.path': `${no}[Path]\nPathExists=/run/t/tpart-go\n`,
      'tpart.service': `${no}PartOf=tpart.path\n[Service]\nExecStart=/act to /run/t/tpart note ran wait\n`,
      'tbind.socket': `${no}[Socket]\nListenStream=/run/t/tbind.sock\n`,
      'tbind.service': `${no}BindsTo=tbind.socket\nAfter=tbind.socket\n[Service]\nExecStart=/act to /run/t/tbind note ran wait\n`,
      'tupheld.service': `${no}Upholds=tpart.path\n[Service]\nExecStart=/act wait\n`,
    },
    script: `${ran}
      run systemctl start tstop.timer tpart.path tbind.socket
      ran tstop 1; settle tstop.service; show tstop.timer tstop.service
      touch /run/t/tpart-go; ran tpart 1; show tpart.path tpart.service; rm /run/t/tpart-go
      run systemctl start tbind.service; show tbind.socket tbind.service
      run systemctl stop tpart.path tbind.socket
      settle tpart.service tbind.service
      show tpart.path tpart.service tbind.socket tbind.service
      run systemctl start tupheld
      until_ok property tpart.path SubState waiting; show tpart.path
      run systemctl stop tpart.path
      until_ok property tpart.path SubState waiting; show tpart.path
      run systemctl stop tupheld tpart.path tstop.timer
      show tupheld.service tpart.path`,
  },
  'timers and paths over a reload that changes what they are for': {
    units: {
      'tchange.timer': `${no}[Timer]\nOnActiveSec=1h\n`,
      'tchange.path': `${no}[Path]\nPathExists=/run/t/tchange-a\n`,
      'tchange.service': `${no}${notes.replace('NAME', 'tchange')}`,
      'tchange-other.service': `${no}${notes.replace('NAME', 'tchange-other')}\nExecStart=/bin/rm -f /run/t/tchange-b`,
    },
    script: `${ran}
      run systemctl start tchange.timer tchange.path
      sed -i 's/OnActiveSec=1h/OnActiveSec=100ms\\nUnit=tchange-other.service/' /etc/systemd/system/tchange.timer
      sed -i 's/tchange-a/tchange-b\\nUnit=tchange-other.service/' /etc/systemd/system/tchange.path
      systemctl daemon-reload
      ran tchange-other 1
      settle tchange.timer; show tchange.timer tchange.path
      systemctl show -p Unit,Triggers tchange.timer tchange.path
      touch /run/t/tchange-a; sleep 0.3; show tchange.path
      systemctl restart tchange.path
      touch /run/t/tchange-b; ran tchange-other 2
      rm -f /run/t/tchange-b
      until_ok property tchange.path SubState waiting; show tchange.path
      ls /run/t | grep -x tchange
      run systemctl stop tchange.timer tchange.path`,
  },
  'OnFailure= and OnSuccess= of units that are no services': {
    units: {
      'tfail.socket': `${no}OnFailure=tfail-seen.service\nOnSuccess=tfail-good.service\n[Socket]\nListenStream=/run/t/tfail.sock\nExecStartPost=/act exit 1\n`,
      'tfail.service': `${no}${notes.replace('NAME', 'tfail')}`,
      'tgood.socket': `${no}OnFailure=tfail-seen.service\nOnSuccess=tfail-good.service\n[Socket]\nListenStream=/run/t/tgood.sock\n`,
      'tgood.service': `${no}${notes.replace('NAME', 'tgood')}`,
      'tfail.target': `${no}OnFailure=tfail-target.service\nOnSuccess=tfail-target-good.service\nRequires=tfail-bad.service\nAfter=tfail-bad.service\n`,
      'tfail-bad.service': `${no}[Service]\nType=oneshot\nExecStart=/act exit 1\n`,
      'tfail-seen.service': `${no}[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act to /run/t/tfail-seen note ran env MONITOR_UNIT env MONITOR_SERVICE_RESULT\n`,
      'tfail-good.service': `${no}[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act to /run/t/tfail-good note ran env MONITOR_UNIT env MONITOR_SERVICE_RESULT\n`,
      'tfail-target.service': `${no}[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act to /run/t/tfail-target note ran env MONITOR_UNIT\n`,
      'tfail-target-good.service': `${no}[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act to /run/t/tfail-target-good note ran env MONITOR_UNIT\n`,
    },
    script: `
      quiet systemctl start tfail.socket
      settle tfail.socket; state tfail.socket
      run systemctl start tgood.socket
      run systemctl stop tgood.socket
      quiet systemctl start tfail.target
      sleep 0.3; settle tfail-seen.service tfail-good.service tfail-target.service tfail-target-good.service
      show tfail-seen.service tfail-good.service tfail-target.service tfail-target-good.service tfail.target
      notes tfail-seen tfail-good tfail-target tfail-target-good
      systemctl stop tfail-seen tfail-good tfail-target tfail-target-good`,
  },
});
