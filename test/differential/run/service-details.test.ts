import { type Case, compareManagers, startAndStop } from './both.ts';

const lists = ['ExecCondition', 'ExecStartPre', 'ExecStartPost', 'ExecReload', 'ExecStop', 'ExecStopPost'];

/** A line of each list that notes the list and then what `acts` say. */
function each(acts: string): string {
  // What runs beside the main process would else note something before it.
  return lists.map((list) => `${list}=/act ${list === 'ExecStartPost' ? 'sleep 300 ' : ''}to /run/t/NAME note ${list} ${acts}`).join('\n');
}

/** A service that is started, reloaded and stopped, and what its commands have noted. */
function told(name: string, lines: string, more: Partial<Case> = {}): Case {
  return {
    units: { [`${name}.service`]: `[Service]\nTimeoutStopSec=2\n${lines}`.replaceAll('NAME', name) },
    script: `
      run systemctl start ${name}
      until_ok noted ${name} 'start'
      quiet systemctl reload ${name}
      run systemctl stop ${name}
      state ${name}.service
      notes ${name} ${name}-root`,
    ...more,
  };
}

/** Handlers of ends: what each is told of the unit that brought it. */
function handled(name: string, source: string, how = 'OnFailure'): Readonly<Record<string, string>> {
  const acts = 'env MONITOR_UNIT env MONITOR_SERVICE_RESULT env MONITOR_EXIT_CODE env MONITOR_EXIT_STATUS';
  return {
    [`${name}.service`]: `[Unit]\nDefaultDependencies=no\n${how}=${name}-handler.service\n[Service]\nTimeoutStartSec=300ms\nTimeoutStopSec=300ms\n${source}`,
    [`${name}-handler.service`]: `[Service]\nType=oneshot\nExecStartPre=/act to /run/t/${name} note pre ${acts}\nExecStart=/act to /run/t/${name} note start ${acts}\nExecStopPost=/act to /run/t/${name} note post ${acts} note done`,
  };
}

/** A source whose processes write down their invocation (OWN), and a handler that notes which one it is told of. */
function invoked(name: string, source: string, how = 'OnFailure'): Readonly<Record<string, string>> {
  const note = (list: string): string => `${list}=/act to /run/t/${name} note ${list} env MONITOR_INVOCATION_ID`;
  const noting = ['ExecStartPre', 'ExecStart', 'ExecStartPost', 'ExecStopPost'].map(note).join('\n');
  return {
    [`${name}.service`]:
      `[Unit]\nDefaultDependencies=no\n${how}=${name}-handler.service\n[Service]\n` +
      source.replaceAll('OWN', 'echo $INVOCATION_ID >>/run/t/NAME.own').replaceAll('NAME', name),
    [`${name}-handler.service`]: `[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\n${noting} note done`,
  };
}

function handlers(cases: Readonly<Record<string, Readonly<Record<string, string>>>>): Case {
  const names = Object.keys(cases);
  return {
    units: Object.assign({}, ...Object.values(cases)),
    script: `
      for unit in ${names.join(' ')}; do quiet systemctl start $unit >/dev/null & done
      wait
      for unit in ${names.join(' ')}; do heard $unit done; done
      notes ${names.join(' ')}
      quiet systemctl stop ${names.join(' ')}`,
  };
}

compareManagers('details of services', {
  'the names of what each command is told': told(
    'names',
    `StandardOutput=null\n${each('names')}\nExecStart=/act to /run/t/NAME note start names wait`,
  ),
  'the names that a rich service is told': told(
    'rich-names',
    `Type=notify\nStandardOutput=null\nNotifyAccess=all\nWatchdogSec=60\nUser=daemon\nRuntimeDirectory=rich-names\nStateDirectory=rich-names\nCacheDirectory=rich-names\nLogsDirectory=rich-names\nConfigurationDirectory=rich-names\n${each('names')}\nExecStart=/act to /run/t/NAME note start names notify READY=1 wait`,
  ),
  'the names that a service with exec access is told': told(
    'exec-names',
    `Type=notify\nStandardOutput=null\nNotifyAccess=exec\n${each('names')}\nExecStart=/act to /run/t/NAME note start names notify READY=1 wait`,
  ),
  'the names that a service without a journal is told': told(
    'quiet-names',
    `StandardOutput=null\nStandardError=null\nEnvironment=A=1\nUnsetEnvironment=INVOCATION_ID\n${each('names')}\nExecStart=/act to /run/t/NAME note start names wait`,
  ),
  'what process ids are whose': told(
    'whose',
    `Type=notify\nNotifyAccess=all\nWatchdogSec=60\n${each('mine SYSTEMD_EXEC_PID mine MAINPID mine WATCHDOG_PID')}\nExecStart=/act to /run/t/NAME note start mine SYSTEMD_EXEC_PID mine MAINPID mine WATCHDOG_PID env WATCHDOG_USEC notify READY=1 wait`,
  ),
  'the directories that each command is told': told(
    'places',
    `RuntimeDirectory=places/a places/b\nStateDirectory=places\nCacheDirectory=places\n${each('env RUNTIME_DIRECTORY env STATE_DIRECTORY env CACHE_DIRECTORY env LOGS_DIRECTORY env PIDFILE')}\nExecStart=/act to /run/t/NAME note start env RUNTIME_DIRECTORY wait`,
  ),
  'the login that each command is told': told(
    'login',
    `User=daemon\nExecStartPre=+/act to /run/t/NAME-root env USER env HOME env LOGNAME env SHELL\nExecStartPre=/act to /run/t/NAME env USER env HOME env LOGNAME env SHELL\nExecStart=/act to /run/t/NAME note start env USER env HOME env SHELL env PATH wait`,
  ),
  'what ExecStopPost= is told of each end': startAndStop({
    'end-exit': 'ExecStart=/act exit 7',
    'end-clean': 'ExecStart=/act exit 0',
    'end-signal': 'ExecStart=/act raise 9',
    'end-term': 'ExecStart=/act raise 15',
    'end-success': 'SuccessExitStatus=7\nExecStart=/act exit 7',
    'end-pre': 'ExecStartPre=/act exit 3\nExecStart=/act wait',
    'end-condition': 'ExecCondition=/act exit 3\nExecStart=/act wait',
    'end-late': 'Type=notify\nTimeoutStartSec=200ms\nExecStart=/act wait',
    'end-none': 'ExecStart=/nonexistent',
    'end-oneshot': 'Type=oneshot\nExecStart=/act exit 0\nExecStart=/act exit 9',
    'end-post': 'ExecStart=/act wait\nExecStartPost=/act exit 6',
    'end-user': 'User=nobody-at-all\nExecStart=/act wait',
  }),
  'what ExecStop= is told': {
    units: {
      'stop-told.service':
        '[Service]\nExecStart=/act exit 0\nRemainAfterExit=yes\nExecStop=/act to /run/t/stop-told note stop env MAINPID env SERVICE_RESULT env EXIT_CODE env EXIT_STATUS\nExecStopPost=/act to /run/t/stop-told note post env MAINPID env SERVICE_RESULT env EXIT_CODE env EXIT_STATUS',
      'stop-self.service':
        '[Service]\nExecStart=/act sleep 100 exit 0\nExecStop=/act to /run/t/stop-self note stop env MAINPID env SERVICE_RESULT env EXIT_CODE env EXIT_STATUS\nExecStop=/act to /run/t/stop-self note second exit 5\nExecStopPost=/act to /run/t/stop-self note post env SERVICE_RESULT env EXIT_CODE env EXIT_STATUS note done',
    },
    script: `
      run systemctl start stop-told stop-self
      heard stop-self done
      until_ok property stop-told SubState exited
      run systemctl stop stop-told
      state stop-told.service stop-self.service
      notes stop-told stop-self`,
  },

  'what handlers of failures are told': handlers({
    'hand-exit': handled('hand-exit', 'ExecStart=/act exit 3'),
    'hand-kill': handled('hand-kill', 'ExecStart=/act raise 9'),
    'hand-core': handled('hand-core', 'LimitCORE=0\nExecStart=/act raise 6'),
    'hand-none': handled('hand-none', 'ExecStart=/nonexistent'),
    'hand-pre': handled('hand-pre', 'ExecStartPre=/act exit 5\nExecStart=/act wait'),
    'hand-late': handled('hand-late', 'Type=notify\nExecStart=/act wait'),
    'hand-one': handled('hand-one', 'Type=oneshot\nExecStart=/act exit 4'),
    'hand-protocol': handled('hand-protocol', 'Type=notify\nExecStart=/act exit 0'),
    'hand-watchdog': handled('hand-watchdog', 'WatchdogSec=100ms\nWatchdogSignal=SIGKILL\nExecStart=/act wait'),
  }),
  'what handlers of successes are told': handlers({
    'good-exit': handled('good-exit', 'ExecStart=/act exit 0', 'OnSuccess'),
    'good-term': handled('good-term', 'ExecStart=/act raise 15', 'OnSuccess'),
    'good-status': handled('good-status', 'SuccessExitStatus=9\nExecStart=/act exit 9', 'OnSuccess'),
    'good-one': handled('good-one', 'Type=oneshot\nExecStart=/act exit 0', 'OnSuccess'),
  }),
  'the invocation that a handler is told of is that of the unit whose end it handles': {
    units: {
      ...invoked('inv-exit', 'ExecStart=/bin/sh -c "OWN; exit 3"'),
      ...invoked('inv-kill', 'ExecStart=/bin/sh -c "OWN; kill -KILL $$$$"'),
      ...invoked('inv-pre', 'ExecStartPre=/bin/sh -c "OWN; exit 4"\nExecStart=/act wait'),
      ...invoked('inv-none', 'ExecStartPre=/bin/sh -c "OWN"\nExecStart=/nonexistent'),
      ...invoked('inv-again', 'Restart=on-failure\nRestartSec=50ms\nExecStart=/bin/sh -c "OWN; exit 3"', 'StartLimitBurst=2\nOnFailure'),
      ...invoked('inv-good', 'ExecStart=/bin/sh -c "OWN"', 'OnSuccess'),
      ...invoked('inv-gone', 'ExecStart=/bin/sh -c "OWN; exit 3"', 'CollectMode=inactive-or-failed\nOnFailure'),
      // It is started anew, and runs, while its handler is still at work.
      ...invoked('inv-new', 'ExecStart=/bin/sh -c "OWN; [ -e /run/t/NAME.go ] && exec sleep 1000; exit 3"'),
      'inv-new-handler.service.d/slow.conf':
        '[Service]\nExecCondition=/act to /run/t/inv-new note condition env MONITOR_INVOCATION_ID\nExecStart=\nExecStart=/act until /run/t/inv-new.go\nExecStart=/act until /run/t/inv-new.further\nExecStart=/act to /run/t/inv-new note later env MONITOR_SERVICE_RESULT env MONITOR_EXIT_CODE env MONITOR_EXIT_STATUS env MONITOR_INVOCATION_ID note done',
    },
    script: `
      told() { sed "s/=$(tail -n 1 /run/t/$1.own)$/=theirs/; s/=$2$/=the one before/; s/=[0-9a-f]\\{32\\}$/=another/" /run/t/$1; }
      for unit in exit kill pre none again good gone; do
        quiet systemctl start inv-$unit
        heard inv-$unit done
        until_ok property inv-$unit-handler ActiveState inactive
        echo "notes of inv-$unit:"; told inv-$unit none
      done
      wc -l </run/t/inv-again.own
      [ "$(systemctl show -p InvocationID --value inv-exit)" = "$(cat /run/t/inv-exit.own)" ] && echo shown
      quiet systemctl start inv-new
      until_ok property inv-new-handler ActiveState activating
      old=$(cat /run/t/inv-new.own)
      touch /run/t/inv-new.go
      quiet systemctl start inv-new
      until_ok sh -c '[ $(wc -l </run/t/inv-new.own) = 2 ]'
      touch /run/t/inv-new.further
      heard inv-new done
      until_ok property inv-new-handler ActiveState inactive
      told inv-new $old
      quiet systemctl stop inv-new`,
  },
  'a handler that several units share is told nothing': {
    units: {
      'shared-a.service': '[Unit]\nDefaultDependencies=no\nOnFailure=shared-handler.service\n[Service]\nExecStart=/act exit 1',
      'shared-b.service': '[Unit]\nDefaultDependencies=no\nOnFailure=shared-handler.service\n[Service]\nExecStart=/act exit 2',
      'shared-handler.service':
        '[Service]\nType=oneshot\nExecStart=/act to /run/t/shared env MONITOR_UNIT env MONITOR_EXIT_STATUS note done',
      'lone-a.service': '[Unit]\nDefaultDependencies=no\nOnFailure=lone-handler@%n.service\n[Service]\nExecStart=/act exit 1',
      'lone-handler@.service':
        '[Service]\nType=oneshot\nExecStart=/act to /run/t/lone note %i env MONITOR_UNIT env MONITOR_EXIT_STATUS note done',
    },
    script: `
      quiet systemctl start shared-b
      heard shared done
      until_ok property shared-handler ActiveState inactive
      quiet systemctl start shared-a
      twice() { [ "$(grep -c done /run/t/shared)" = 2 ]; }
      until_ok twice
      quiet systemctl start lone-a
      heard lone done
      notes shared lone`,
  },

  'RootDirectory= and RootDirectoryStartOnly=': {
    units: {
      'rooted.service':
        '[Service]\nRootDirectory=/run/rooted\nRootDirectoryStartOnly=yes\nExecStartPre=/bin/sh -c "echo pre >>/run/t/rooted"\nExecStart=/act to /notes note start wait\nExecStopPost=/bin/sh -c "echo post >>/run/t/rooted"',
      'rooted-all.service':
        '[Service]\nRootDirectory=/run/rooted\nExecStartPre=/act to /notes note pre\nExecStart=/act to /notes note start wait',
      'rooted-none.service': '[Service]\nRootDirectory=/run/no-such-root\nExecStart=/act wait',
    },
    script: `
      mkdir -p /run/rooted/dev; cp /act /run/rooted/act
      run systemctl start rooted
      sleep 0.2
      run systemctl stop rooted
      cat /run/rooted/notes; notes rooted
      run systemctl start rooted-all
      sleep 0.2
      run systemctl stop rooted-all
      cat /run/rooted/notes
      quiet systemctl start rooted-none
      settle rooted-none
      state rooted.service rooted-all.service rooted-none.service`,
  },
  'NonBlocking= of stored descriptors and sockets': {
    units: {
      'blocks.socket': '[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=/run/blocks.sock\nFileDescriptorName=front',
      'blocks.service':
        '[Service]\nType=notify\nNonBlocking=yes\nFileDescriptorStoreMax=3\nExecStart=/act to /run/t/blocks passed store first one notify READY=1 wait',
      'blocks-not.socket': '[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=/run/blocks-not.sock',
      'blocks-not.service': '[Service]\nNonBlocking=no\nExecStart=/act to /run/t/blocks-not passed note end wait',
    },
    script: `
      run systemctl start blocks.socket blocks-not.socket
      run systemctl start blocks blocks-not
      until_ok property blocks NFileDescriptorStore 1
      run systemctl restart blocks
      heard blocks-not end
      notes blocks blocks-not
      quiet systemctl stop blocks.socket blocks-not.socket blocks blocks-not`,
  },
  'reloads that fail, are late, or are asked for twice': {
    units: {
      'load-fails.service': '[Service]\nExecStart=/act wait\nExecReload=/act exit 3\nExecReload=/act to /run/t/load note never',
      'load-dash.service': '[Service]\nExecStart=/act wait\nExecReload=-/act exit 3\nExecReload=/act to /run/t/load note second',
      'load-late.service': '[Service]\nTimeoutStartSec=300ms\nExecStart=/act wait\nExecReload=/act wait',
      'load-signal.service': '[Service]\nExecStart=/act to /run/t/load-signal catch 1 wait wait wait\nExecReload=/bin/kill -HUP $MAINPID',
      'load-dies.service': '[Service]\nExecStart=/act wait\nExecReload=/bin/kill -KILL $MAINPID\nExecReload=/act sleep 300',
      'load-none.service': '[Service]\nExecStart=/act wait',
    },
    script: `
      run systemctl start load-fails load-dash load-late load-signal load-dies load-none
      for unit in load-fails load-dash load-late load-dies load-none; do quiet systemctl reload $unit; done
      settle load-dies
      get load-fails.service ReloadResult Result; get load-late.service ReloadResult Result
      quiet systemctl reload load-signal
      heard load-signal 'got 1'
      quiet systemctl reload-or-restart load-none
      state load-fails.service load-dash.service load-late.service load-signal.service load-dies.service load-none.service
      notes load load-signal
      quiet systemctl stop load-fails load-dash load-late load-signal load-none`,
  },
  'what a timer tells of itself, from the first start to a restart and a stop': {
    units: {
      'ticked.timer': '[Unit]\nDefaultDependencies=no\n[Timer]\nOnActiveSec=100ms\nAccuracySec=1ms',
      'ticked.service':
        '[Service]\nRestart=on-failure\nRestartSec=50ms\nExecStartPre=/act to /run/t/ticked note pre env TRIGGER_UNIT env TRIGGER_PATH\nExecStart=/act to /run/t/ticked note start env TRIGGER_UNIT wait\nExecStop=/act to /run/t/ticked note stop env TRIGGER_UNIT\nExecStopPost=/act to /run/t/ticked note post env TRIGGER_UNIT',
    },
    script: `
      run systemctl start ticked.timer
      heard ticked start
      until_ok property ticked SubState running
      get ticked.service ActivationDetails
      systemctl kill -s KILL ticked
      until_ok property ticked NRestarts 1
      until_ok property ticked SubState running
      run systemctl restart ticked
      quiet systemctl stop ticked
      run systemctl start ticked
      sleep 0.2
      quiet systemctl stop ticked ticked.timer
      notes ticked`,
  },
  'the times of a timer that elapses again and again': {
    units: {
      'again.timer': '[Unit]\nDefaultDependencies=no\n[Timer]\nOnActiveSec=100ms\nOnUnitActiveSec=200ms\nAccuracySec=1ms',
      'again.service':
        '[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo $TRIGGER_TIMER_MONOTONIC_USEC >>/run/t/again"\nExecStart=/bin/sh -c "[ $TRIGGER_TIMER_REALTIME_USEC -gt 1600000000000000 ] && echo real >>/run/t/again"',
    },
    script: `
      run systemctl start again.timer
      until_ok [ -e /run/t/again ]
      thrice() { [ "$(grep -c real /run/t/again)" -ge 3 ]; }
      until_ok thrice
      quiet systemctl stop again.timer
      # Theirs tells the first time for ever.
      sort -u /run/t/again | sed 's/^[0-9][0-9]*$/NUMBER/'`,
  },
  'a home and a shell that are written with more slashes than needed': {
    units: {
      'homely.service':
        '[Service]\nType=oneshot\nUser=homely\nWorkingDirectory=~\nExecStart=/bin/sh -c "echo $HOME $SHELL $(pwd) >/run/t/homely"',
    },
    script: `
      echo homely:x:4711:4711::/var/./tmp//:/bin//sh >>/etc/passwd
      run systemctl start homely
      cat /run/t/homely`,
  },
});
