import { type Case, compareManagers, startAndStop } from './both.ts';

/** The same program in each type: what a start waits for, and what comes of each way to end. */
function eachType(name: string, body: string): Readonly<Record<string, Case>> {
  const types = ['simple', 'exec', 'oneshot', 'notify', 'forking'];
  const services = types.map((type) => [`${name.replaceAll(' ', '-')}-${type}`, `Type=${type}\nTimeoutStartSec=1500ms\n${body}`]);
  return { [`a service that ${name}`]: startAndStop(Object.fromEntries(services)) };
}

compareManagers('service types and how services end', {
  ...eachType('exits 0', 'ExecStart=/act to /run/t/NAME note start sleep 300 exit 0'),
  ...eachType('exits 3', 'ExecStart=/act to /run/t/NAME note start sleep 300 exit 3'),
  ...eachType('is terminated', 'ExecStart=/act to /run/t/NAME note start sleep 300 raise 15 wait'),
  ...eachType('is killed', 'ExecStart=/act to /run/t/NAME note start sleep 300 raise 9 wait'),
  ...eachType('aborts', 'LimitCORE=0\nExecStart=/act to /run/t/NAME note start sleep 300 raise 6 wait'),
  ...eachType('runs', 'ExecStart=/act to /run/t/NAME note start wait'),
  ...eachType('remains after exit', 'RemainAfterExit=yes\nExecStart=/act to /run/t/NAME note start sleep 300 exit 0'),
  ...eachType('has no binary', 'ExecStart=/nonexistent/binary'),
  ...eachType('is not executable', 'ExecStart=/etc/passwd'),
  ...eachType('has an unknown user', 'User=nobody-like-this\nExecStart=/act exit 0'),
  ...eachType('has an unknown group', 'Group=nobody-like-this\nExecStart=/act exit 0'),
  ...eachType('has no working directory', 'WorkingDirectory=/nonexistent\nExecStart=/act exit 0'),
  ...eachType('has a missing environment file', 'EnvironmentFile=/nonexistent\nExecStart=/act exit 0'),
  ...eachType('does not mind a missing binary', 'ExecStart=-/nonexistent/binary'),

  'exec conditions': startAndStop({
    'condition-0': 'ExecCondition=/act exit 0\nExecStart=/act to /run/t/NAME note start wait',
    'condition-1': 'ExecCondition=/act exit 1\nExecStart=/act to /run/t/NAME note start wait',
    'condition-254': 'ExecCondition=/act exit 254\nExecStart=/act to /run/t/NAME note start wait',
    'condition-255': 'ExecCondition=/act exit 255\nExecStart=/act to /run/t/NAME note start wait',
    'condition-kill': 'ExecCondition=/act raise 9\nExecStart=/act note start wait',
    'condition-none': 'ExecCondition=/nonexistent\nExecStart=/act note start wait',
    'condition-two': 'ExecCondition=/act to /run/t/NAME note one\nExecCondition=/act to /run/t/NAME note two exit 1\nExecStart=/act wait',
    'condition-dash': 'ExecCondition=-/act exit 255\nExecStart=/act to /run/t/NAME note start wait',
    'condition-late': 'TimeoutStartSec=300ms\nExecCondition=/act wait\nExecStart=/act to /run/t/NAME note start wait',
  }),
  'what is said of conditions after exec conditions': {
    units: {
      'said-0.service': '[Service]\nExecCondition=/act exit 0\nExecStart=/act wait',
      'said-1.service': '[Service]\nExecCondition=/act exit 1\nExecStart=/act wait',
      'said-255.service': '[Service]\nExecCondition=/act exit 255\nExecStart=/act wait',
      'said-both.service': '[Unit]\nConditionPathExists=/act\n[Service]\nExecCondition=/act exit 1\nExecStart=/act wait',
    },
    script: `
systemctl start said-0 said-1 said-255 said-both 2>&1 | grep -o '^Job for.*failed'
table ConditionResult,AssertResult,Result said-0.service said-1.service said-255.service said-both.service
systemctl status --no-pager -n 0 said-1 said-both | grep -E 'Condition|Active' | sed 's/ at .*//; s/ since .*//'
`,
  },
  'start-pre and start-post': startAndStop({
    'pre-fails': 'ExecStartPre=/act exit 4\nExecStart=/act to /run/t/NAME note start wait\nExecStop=/act to /run/t/NAME note stop',
    'pre-dash': 'ExecStartPre=-/act exit 4\nExecStart=/act to /run/t/NAME note start wait\nExecStop=/act to /run/t/NAME note stop',
    'pre-late': 'TimeoutStartSec=300ms\nExecStartPre=/act wait\nExecStart=/act note start wait',
    'pre-none': 'ExecStartPre=/nonexistent\nExecStart=/act note start wait',
    'pre-term': 'ExecStartPre=/act raise 15\nExecStart=/act note start wait',
    'post-fails': 'ExecStartPost=/act exit 4\nExecStart=/act to /run/t/NAME note start wait\nExecStop=/act to /run/t/NAME note stop',
    'post-dash': 'ExecStartPost=-/act exit 4\nExecStart=/act wait\nExecStop=/act to /run/t/NAME note stop',
    'post-late': 'TimeoutStartSec=300ms\nExecStartPost=/act wait\nExecStart=/act to /run/t/NAME note start wait',
    'post-dead': 'ExecStart=/act exit 5\nExecStartPost=/act sleep 400 to /run/t/NAME note post\nExecStop=/act to /run/t/NAME note stop',
    'post-order': `${['ExecCondition', 'ExecStartPre', 'ExecStartPost', 'ExecStop', 'ExecStopPost']
      .flatMap((key) => [`${key}=/act to /run/t/NAME note ${key}-1`, `${key}=/act to /run/t/NAME note ${key}-2`])
      .join('\n')}\nExecStart=/act to /run/t/NAME note start notify READY=1 wait\nType=notify`,
  }),
  oneshots: startAndStop({
    'oneshot-several': `Type=oneshot\nRemainAfterExit=yes\n${['one', 'two exit 0', 'three'].map((word) => `ExecStart=/act to /run/t/NAME note ${word}`).join('\n')}`,
    'oneshot-dash':
      'Type=oneshot\nRemainAfterExit=yes\nExecStart=-/act exit 1\nExecStart=-/nonexistent\nExecStart=/act to /run/t/NAME note last',
    'oneshot-second': `Type=oneshot\nRemainAfterExit=yes\n${['one', 'two exit 1', 'three'].map((word) => `ExecStart=/act to /run/t/NAME note ${word}`).join('\n')}`,
    'oneshot-no-start': 'Type=oneshot\nRemainAfterExit=yes\nExecStop=/act to /run/t/NAME note stop',
    'oneshot-late': 'Type=oneshot\nTimeoutStartSec=300ms\nExecStart=/act to /run/t/NAME note start wait',
    'oneshot-term': 'Type=oneshot\nExecStart=/act raise 15 wait',
    'oneshot-success': 'Type=oneshot\nSuccessExitStatus=7 SIGTERM\nExecStart=/act exit 7\nExecStart=/act raise 15 wait',
    'oneshot-again':
      'Type=oneshot\nExecStart=/act to /run/t/NAME note start\nExecStartPost=/act to /run/t/NAME note post env MAINPID\nExecStop=/act to /run/t/NAME note stop',
  }),
  'notify services': startAndStop({
    'ready-runs': 'Type=notify\nExecStart=/act to /run/t/NAME sleep 100 note ready notify READY=1 wait',
    'ready-ends': 'Type=notify\nExecStart=/act sleep 100 notify READY=1 sleep 100 exit 0',
    'ready-fails': 'Type=notify\nExecStart=/act sleep 100 notify READY=1 sleep 300 exit 1',
    'ready-never': 'Type=notify\nTimeoutStartSec=400ms\nExecStart=/act to /run/t/NAME note start wait',
    'ready-hard': 'Type=notify\nTimeoutStartSec=400ms\nTimeoutStopSec=400ms\nExecStart=/act ignore 15 to /run/t/NAME note start wait',
    'ready-kill': 'Type=notify\nTimeoutStartSec=400ms\nTimeoutStartFailureMode=kill\nExecStart=/act wait',
    'ready-abort': 'Type=notify\nTimeoutStartSec=400ms\nTimeoutStartFailureMode=abort\nLimitCORE=0\nExecStart=/act wait',
    'ready-stopping': 'Type=notify\nExecStart=/act notify READY=1 quit-on 15 sleep 100 notify STOPPING=1 sleep 300 exit 0',
    'ready-none': 'Type=notify\nNotifyAccess=none\nTimeoutStartSec=400ms\nExecStart=/act to /run/t/NAME notify READY=1 wait',
    'ready-exit-clean': 'Type=notify\nExecStart=/act sleep 100 exit 0\nExecStop=/act to /run/t/NAME note stop',
  }),
  'forking services': startAndStop({
    'fork-file':
      'Type=forking\nPIDFile=/run/t/NAME.pid\nExecStart=/act to /run/t/NAME child{ session pid-file /run/t/NAME.pid note daemon wait } sleep 200',
    'fork-late':
      'Type=forking\nPIDFile=/run/t/NAME.pid\nExecStart=/act to /run/t/NAME child{ session sleep 400 pid-file /run/t/NAME.pid note daemon wait }',
    'fork-never':
      'Type=forking\nTimeoutStartSec=400ms\nPIDFile=/run/t/NAME.pid\nExecStart=/act to /run/t/NAME child{ session note daemon wait }',
    'fork-junk':
      "Type=forking\nTimeoutStartSec=400ms\nPIDFile=/run/t/NAME.pid\nExecStart=/bin/sh -c 'echo junk >/run/t/NAME.pid; sleep 2 &'",
    'fork-guess': 'Type=forking\nExecStart=/act to /run/t/NAME child{ session note daemon wait } sleep 100',
    'fork-guess-fails': 'Type=forking\nExecStart=/act child{ session sleep 500 exit 6 } sleep 100',
    'fork-no-guess': 'Type=forking\nGuessMainPID=no\nExecStart=/act child{ session sleep 500 exit 6 } sleep 100',
    'fork-parent': 'Type=forking\nExecStart=/act child{ session wait } sleep 100 exit 2',
    'fork-nobody': 'Type=forking\nExecStart=/act exit 0',
    'fork-stop':
      'Type=forking\nPIDFile=/run/t/NAME.pid\nExecStart=/act child{ session pid-file /run/t/NAME.pid wait } sleep 200\nExecStop=/bin/sh -c \'[ "$(cat /run/t/NAME.pid)" = "$MAINPID" ] && echo right >>/run/t/NAME; kill -TERM $MAINPID\'',
    'fork-fails-later':
      'Type=forking\nPIDFile=/run/t/NAME.pid\nExecStart=/act child{ session pid-file /run/t/NAME.pid sleep 500 exit 3 } sleep 200',
  }),
  'PID files that name the process of another': {
    units: {
      'victim.service': '[Service]\nExecStart=/act wait',
      ...Object.fromEntries(
        Object.entries({
          'pid-own': ['/run/t/own/pid', 'cat /run/t/victim.pid >/run/t/own/pid'],
          'pid-link': ['/run/t/own/link', 'ln -s /run/t/victim.pid /run/t/own/link'],
          'pid-directory': ['/run/t/own/d/victim.pid', 'ln -s /run/t /run/t/own/d'],
          'pid-root': ['/run/t/victim.pid', ':'],
        }).map(([name, [path, make]]) => [
          `${name}.service`,
          `[Service]\nType=forking\nUser=nobody\nTimeoutStartSec=1500ms\nPIDFile=${path}\nExecStart=/bin/sh -c '${make}; sleep 300 >/dev/null 2>&1 &'`,
        ]),
      ),
    },
    script: `
      mkdir /run/t/own; chown nobody /run/t/own
      run systemctl start victim
      victim=$(systemctl show -P MainPID victim)
      for each in own link directory root; do
        echo $victim >/run/t/victim.pid
        run systemctl start pid-$each
        state pid-$each.service victim.service
        [ "$(systemctl show -P MainPID pid-$each)" = $victim ] && echo "$each has it"
        [ -e /run/t/victim.pid ] && echo "the file of root is there, $each"
      done
      run systemctl stop pid-own pid-link pid-directory
      state victim.service`,
    differs: [
      {
        systemd:
          'pid-directory.service: ActiveState=failed SubState=failed Result=timeout ExecMainCode=0 ExecMainStatus=0 NRestarts=0\nvictim.service: ActiveState=active SubState=running Result=success ExecMainCode=0 ExecMainStatus=0 NRestarts=0',
        tysd: 'pid-directory.service: ActiveState=failed SubState=failed Result=timeout ExecMainCode=0 ExecMainStatus=0 NRestarts=0\nvictim.service: ActiveState=active SubState=running Result=success ExecMainCode=0 ExecMainStatus=0 NRestarts=0\nthe file of root is there, directory',
        why: 'nothing of root’s is removed for a user who has put a symlink in the way',
      },
    ],
  },
  'a daemon that ends before it wrote its PID file': startAndStop(
    { 'gone-daemon': 'Type=forking\nTimeoutStartSec=900ms\nPIDFile=/run/t/NAME.pid\nExecStart=/act child{ session sleep 200 exit 0 }' },
    [
      [
        'Job for gone-daemon.service failed because a timeout was exceeded.',
        'Job for gone-daemon.service failed because the service did not take the steps required by its unit configuration.',
      ],
      [
        'gone-daemon.service: ActiveState=failed SubState=failed Result=timeout ExecMainCode=0 ExecMainStatus=0 NRestarts=0',
        'gone-daemon.service: ActiveState=failed SubState=failed Result=protocol ExecMainCode=0 ExecMainStatus=0 NRestarts=0',
      ],
      ['SERVICE_RESULT=timeout', 'SERVICE_RESULT=protocol'],
    ].map(([systemd = '', tysd]) => ({
      systemd,
      tysd: tysd ?? '',
      why: 'nobody is left who could write the file, so we do not wait for the timeout',
    })),
  ),
  'stop commands': startAndStop({
    'stop-told': [
      'ExecStart=/act wait',
      'ExecStop=/act to /run/t/NAME note stop env SERVICE_RESULT env EXIT_CODE env EXIT_STATUS',
      'ExecStopPost=/act to /run/t/NAME note post env SERVICE_RESULT env EXIT_CODE env EXIT_STATUS env MAINPID',
    ].join('\n'),
    'stop-fails': 'ExecStart=/act wait\nExecStop=/act exit 3\nExecStop=/act to /run/t/NAME note second',
    'stop-dash': 'ExecStart=/act wait\nExecStop=-/act exit 3\nExecStop=/act to /run/t/NAME note second',
    'stop-late': 'TimeoutStopSec=300ms\nExecStart=/act wait\nExecStop=/act wait',
    'stop-none': 'ExecStart=/act wait\nExecStop=/nonexistent',
    'stop-post-fails': 'ExecStart=/act wait\nExecStopPost=/act exit 3\nExecStopPost=/act to /run/t/NAME note second',
    'stop-post-late': 'TimeoutStopSec=300ms\nExecStart=/act wait\nExecStopPost=/act wait',
    'stop-post-none': 'ExecStart=/act wait\nExecStopPost=/nonexistent',
    'stop-self': 'ExecStart=/act sleep 100 exit 0\nExecStop=/act to /run/t/NAME note stop env SERVICE_RESULT env EXIT_CODE env EXIT_STATUS',
    'stop-self-fails': 'ExecStart=/act sleep 100 exit 9\nExecStop=/act to /run/t/NAME note stop',
    'stop-remains':
      'RemainAfterExit=yes\nExecStart=/act exit 0\nExecStop=/act to /run/t/NAME note stop env SERVICE_RESULT env EXIT_CODE env EXIT_STATUS',
    'stop-main-fails':
      'ExecStart=/act quit-on 10 wait\nExecStop=/bin/kill -USR1 $MAINPID\nExecStop=/act to /run/t/NAME sleep 100 note second',
    'stop-exit-code': 'ExecStart=/bin/sh -c \'trap "exit 7" TERM; while :; do sleep 0.05; done\'',
    'stop-mode-kill': 'TimeoutStopSec=400ms\nTimeoutStopFailureMode=kill\nExecStart=/act ignore 15 wait',
    'stop-mode-abort': 'TimeoutStopSec=400ms\nTimeoutStopFailureMode=abort\nLimitCORE=0\nExecStart=/act ignore 15 wait',
    'stop-runtime': 'RuntimeMaxSec=300ms\nExecStart=/act to /run/t/NAME note start wait\nExecStop=/act to /run/t/NAME note stop',
  }),
  reload: {
    units: {
      'reloads.service':
        '[Service]\nExecStart=/act to /run/t/reloads catch 1 wait wait\nExecReload=/act to /run/t/reloads note reload\nExecReload=/bin/kill -HUP $MAINPID',
      'reload-fails.service': '[Service]\nExecStart=/act wait\nExecReload=/act exit 5',
      'reload-late.service': '[Service]\nTimeoutStartSec=300ms\nExecStart=/act wait\nExecReload=/act wait',
      'reload-not.service': '[Service]\nExecStart=/act wait',
    },
    script: `
      run systemctl reload reloads
      run systemctl start reloads reload-fails reload-late reload-not
      run systemctl reload reloads
      run systemctl reload reload-fails
      run systemctl reload reload-late
      run systemctl reload reload-not
      run systemctl reload-or-restart reload-not
      run systemctl try-reload-or-restart reload-not
      state reloads.service reload-fails.service reload-late.service reload-not.service
      heard reloads 'got 1'
      notes reloads
      run systemctl stop reloads reload-fails reload-late reload-not`,
  },
});
