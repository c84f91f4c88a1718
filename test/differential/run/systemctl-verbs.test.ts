import { compareManagers } from './both.ts';

const cond = 'force-reload condreload reload-or-try-restart condrestart condstop';

compareManagers('seldom verbs of systemctl', {
  'verbs of old that act on what is up': {
    units: {
      'zv.service': '[Service]\nExecStart=/act wait\nExecReload=/act to /run/t/zv note reload\n',
      'zv2.service': '[Service]\nExecStart=/act to /run/t/zv2 note start wait\n',
    },
    script: `
      for verb in ${cond}; do run systemctl $verb zv zv2; show zv.service zv2.service; done
      for verb in ${cond}; do
        run systemctl start zv zv2
        heard zv2 start; rm /run/t/zv2
        run systemctl $verb zv zv2
        settle zv.service zv2.service
        show zv.service zv2.service
        notes zv zv2; rm -f /run/t/zv
        run systemctl $verb zv-nope
        run systemctl $verb zv zv-nope
        run systemctl $verb
      done
      run systemctl stop zv zv2`,
  },
  '--dry-run': {
    units: { 'zd.service': '[Service]\nExecStart=/act wait\n' },
    script: `
      run systemctl start --dry-run zd
      show zd.service
      run systemctl start --dry-run zd-nope
      run systemctl start zd
      run systemctl stop --dry-run zd
      run systemctl daemon-reload --dry-run
      show zd.service
      run systemctl stop zd`,
    differs: [
      {
        systemd: '$ systemctl start --dry-run zd\n-> 0',
        tysd: '$ systemctl start --dry-run zd\nzd.service: start\n-> 0',
        why: 'we show what would be done',
      },
      {
        systemd: '$ systemctl stop --dry-run zd\n-> 0',
        tysd: '$ systemctl stop --dry-run zd\nzd.service: stop\n-> 0',
        why: 'we show what would be done',
      },
      {
        systemd: '$ systemctl start --dry-run zd-nope\n-> 0',
        tysd: '$ systemctl start --dry-run zd-nope\nFailed to start zd-nope.service: Unit zd-nope.service not found.\n-> 5',
        why: 'we say that it would fail',
      },
    ],
  },
  'log-target and its like': {
    script: `
      run systemctl log-target
      run systemctl log-target ''
      run systemctl log-target nonsense
      run systemctl log-target journal kmsg
      run systemctl service-log-level
      run systemctl service-log-target
      run systemctl log-level
      run systemctl log-level nonsense
      run systemctl log-level debug
      run systemctl log-level
      run systemctl log-level info
      run systemctl service-watchdogs
      run systemctl service-watchdogs maybe
      run systemctl service-watchdogs no
      run systemctl service-watchdogs
      run systemctl service-watchdogs yes`,
    alone: true,
  },
  'rescue, emergency and default': {
    units: {
      'rescue.target': '[Unit]\nDefaultDependencies=no\nAllowIsolate=yes\nWants=zr.service\n',
      'zr.service': '[Service]\nExecStart=/act wait\n',
      'emergency.target': '[Unit]\nDefaultDependencies=no\nAllowIsolate=yes\nWants=ze.service\n',
      'ze.service': '[Service]\nExecStart=/act wait\n',
      'zo.service': '[Service]\nExecStart=/act wait\n',
      'zo-keep.service': '[Unit]\nDefaultDependencies=no\nIgnoreOnIsolate=yes\n[Service]\nExecStart=/act wait\n',
    },
    script: `
      all="rescue.target emergency.target zr.service ze.service zo.service zo-keep.service"
      run systemctl start zo zo-keep
      run systemctl rescue --no-wall
      settle zr.service zo.service
      show $all
      run systemctl emergency --no-wall --no-block
      settle zr.service ze.service
      show $all
      run systemctl rescue extra
      run systemctl rescue --job-mode=fail --no-wall
      settle zr.service ze.service
      show $all
      run systemctl default
      show nothing.target zr.service
      ln -sf /dev/null /etc/systemd/system/rescue.target
      run systemctl daemon-reload
      run systemctl rescue --no-wall
      run systemctl emergency --no-wall extra
      rm /etc/systemd/system/rescue.target
      run systemctl stop zo-keep`,
    alone: true,
  },
});
