import { compareManagers, type Case } from './both.ts';

/** A service that starts once all is prepared in a directory of its own, /run/t/NAME, which NAME in the lines stands for. */
function prepared(name: string, prepare: string, lines: string, after = ''): Case {
  const service = `[Service]\nType=oneshot\nTimeoutStartSec=2\n${lines}`;
  return {
    units: { [`${name}.service`]: service.replaceAll('HERE', `/run/t/${name}`) },
    script: `mkdir /run/t/${name}; cd /run/t/${name}
      ${prepare}
      quiet systemctl start ${name}; state ${name}.service
      ${after}`,
  };
}

/** In a directory that all may write to, as /tmp: what the kernel's protection of such directories is for. */
const sticky = 'mkdir s; chmod 1777 s; echo victim >victim; chmod 600 victim';
const toItsLog = 'ExecStart=/bin/echo written';

compareManagers('paths that somebody prepared', {
  'log files and sockets through symlinks': {
    units: {
      'append.service': '[Service]\nType=oneshot\nStandardOutput=append:/run/t/own/append\nExecStart=/bin/echo appended',
      'truncate.service': '[Service]\nType=oneshot\nStandardOutput=truncate:/run/t/own/truncate\nExecStart=/bin/echo truncated',
      'file.service': '[Service]\nType=oneshot\nUser=nobody\nStandardOutput=file:/run/t/own/file\nExecStart=/bin/echo written',
      'dangling.service': '[Service]\nType=oneshot\nStandardOutput=append:/run/t/own/dangling\nExecStart=/bin/echo made',
      'socket.socket': '[Socket]\nListenStream=/run/t/own/socket\nService=socket.service',
      'socket.service': '[Service]\nExecStart=/act wait',
      'fifo.socket': '[Socket]\nListenFIFO=/run/t/own/fifo\nService=socket.service',
    },
    script: `
      mkdir /run/t/own; chown nobody /run/t/own
      for each in append truncate file socket fifo; do
        echo victim >/run/t/$each.victim; chmod 600 /run/t/$each.victim
        ln -s /run/t/$each.victim /run/t/own/$each
      done
      ln -s /run/t/dangling.victim /run/t/own/dangling
      for each in append.service truncate.service file.service dangling.service socket.socket fifo.socket; do
        systemctl start $each 2>/dev/null; echo "-> $?"
        state $each
      done
      for each in append truncate file socket fifo dangling; do
        stat -c '%n %F %a %U' /run/t/$each.victim /run/t/own/$each 2>&1
        cat /run/t/$each.victim
      done
      run systemctl stop socket.socket fifo.socket`,
  },
  'a runtime directory that is a symlink': {
    units: {
      'linked.service': '[Service]\nUser=nobody\nRuntimeDirectory=linked\nExecStart=/act wait',
      'inside.service': '[Service]\nUser=nobody\nRuntimeDirectory=outer/inner\nExecStart=/act wait',
    },
    script: `
      mkdir /run/t/target; mkdir /run/t/outer
      ln -s /run/t/target /run/linked
      ln -s /run/t/outer /run/outer
      for each in linked inside; do
        run systemctl start $each
        state $each.service
      done
      stat -c '%n %F %a %U' /run/t/target /run/t/outer /run/linked /run/outer /run/t/outer/inner 2>&1
      run systemctl stop linked inside
      ls -d /run/t/target /run/t/outer /run/linked /run/outer /run/t/outer/inner 2>&1
      rm -f /run/linked /run/outer`,
  },
  'mount points and their sources through symlinks': {
    units: {
      'run-t-w-in-mnt.mount': '[Mount]\nWhat=tmpfs\nWhere=/run/t/w/in/mnt\nType=tmpfs',
      'run-t-w-last.mount': '[Mount]\nWhat=tmpfs\nWhere=/run/t/w/last\nType=tmpfs',
      'run-t-w-dangling.mount': '[Mount]\nWhat=tmpfs\nWhere=/run/t/w/dangling\nType=tmpfs',
      'run-t-w-bind.mount': '[Mount]\nWhat=/run/t/w/source/deep\nWhere=/run/t/w/bind\nOptions=bind',
    },
    script: `
      mkdir -p /run/t/w/real
      for each in in last source; do ln -s /run/t/w/real /run/t/w/$each; done
      ln -s /run/t/w/nowhere /run/t/w/dangling
      for each in in-mnt last dangling bind; do
        quiet systemctl start run-t-w-$each.mount
        table ActiveState,SubState,Result run-t-w-$each.mount
      done
      grep /run/t/w /proc/self/mountinfo | cut -d' ' -f4-5
      find /run/t/w | sort`,
  },
  'places of a sandbox through symlinks of another user': {
    units: {
      'writable.service':
        '[Service]\nType=oneshot\nProtectSystem=strict\nReadWritePaths=/run/t/box/own/link\nExecStart=/bin/sh -c "touch /run/t/box/victim/x; touch /run/t/box/own/x"',
      'emptied.service': '[Service]\nType=oneshot\nTemporaryFileSystem=/run/t/box/own/link\nExecStart=/bin/touch /run/t/box/victim/x',
      'bound.service':
        '[Service]\nType=oneshot\nBindPaths=/usr/share:/run/t/box/own/link\nExecStart=/bin/sh -c "ls /run/t/box/victim | grep -x doc >/run/t/box/bound"',
      'source.service': '[Service]\nType=oneshot\nBindPaths=/run/t/box/own/link:/mnt\nExecStart=/bin/sh -c "ls /mnt >/run/t/box/source"',
      'masked.service':
        '[Service]\nType=oneshot\nInaccessiblePaths=/run/t/box/own/link\nExecStart=/bin/sh -c "stat -c %%a /run/t/box/victim >/run/t/box/masked"',
    },
    script: `
      mkdir -p /run/t/box/own /run/t/box/victim; touch /run/t/box/victim/precious
      ln -s /run/t/box/victim /run/t/box/own/link; chown -h nobody /run/t/box/own /run/t/box/own/link
      for each in writable emptied bound source masked; do quiet systemctl start $each; state $each.service; done
      find /run/t/box | sort; cat /run/t/box/bound /run/t/box/source /run/t/box/masked`,
  },
  'what lies in directories that a service is given': {
    units: {
      'given.service':
        '[Service]\nType=oneshot\nRemainAfterExit=yes\nUser=nobody\nStateDirectory=given\nRuntimeDirectory=given\nExecStart=/bin/true',
    },
    script: `
      echo victim >/run/t/given.victim; chmod 600 /run/t/given.victim
      mkdir -p /var/lib/given/sub /run/given
      ln -s /run/t/given.victim /var/lib/given/link; ln -s /run/t /var/lib/given/sub/link; mkfifo /var/lib/given/fifo; touch /var/lib/given/sub/file
      chown -hR daemon /var/lib/given /run/given
      quiet systemctl start given
      find /var/lib/given /run/given /run/t/given.victim -printf '%p %u %m %l\\n' | sort; stat -c '%n %U' /run/t
      quiet systemctl stop given
      ls -d /run/given; rm -rf /var/lib/given`,
  },
  'an environment file that is no file': prepared(
    'null-env',
    '',
    'EnvironmentFile=/dev/null\nExecStart=/bin/sh -c "echo ran >HERE/out"',
    'cat out',
  ),
  'an environment file that never ends': prepared('zero-env', 'mknod zero c 1 5', 'EnvironmentFile=HERE/zero\nExecStart=/bin/true'),
  'an environment file that is a directory': prepared('directory-env', '', 'EnvironmentFile=HERE\nExecStart=/bin/true'),
  'an environment file through a symlink': prepared(
    'linked-env',
    'echo A=5 >file; ln -s file link',
    'EnvironmentFile=HERE/link\nExecStart=/bin/sh -c "echo $A >HERE/out"',
    'cat out',
  ),
  'a credential of a FIFO to which nobody writes': prepared(
    'fifo-credential',
    'mkfifo fifo',
    'LoadCredential=a:HERE/fifo\nExecStart=/bin/true',
  ),
  'a credential that never ends': prepared('zero-credential', '', 'LoadCredential=a:/dev/zero\nExecStart=/bin/true'),
  'a PID file that never ends': prepared('zero-pid', '', 'Type=forking\nPIDFile=/dev/zero\nExecStart=/bin/sh -c "/act wait &"'),
  'a program that is a FIFO': prepared('fifo-program', 'mkfifo fifo; chmod 777 fifo', 'ExecStart=HERE/fifo'),
  'a working directory through a symlink': prepared(
    'linked-directory',
    'ln -s /usr/share link',
    'WorkingDirectory=HERE/link\nExecStart=/bin/sh -c "pwd -P >HERE/out"',
    'cat out',
  ),
  'a log file that is a symlink of another in a sticky directory': prepared(
    'sticky-link',
    `${sticky}; ln -s $PWD/victim s/log; chown -h nobody s/log`,
    `StandardOutput=append:HERE/s/log\n${toItsLog}`,
    'cat victim',
  ),
  'a log file of another in a sticky directory': prepared(
    'sticky-file',
    `${sticky}; echo old >s/log; chown nobody s/log`,
    `StandardOutput=truncate:HERE/s/log\n${toItsLog}`,
    'cat s/log',
  ),
  'a log file that is a FIFO of another in a sticky directory': prepared(
    'sticky-fifo',
    `${sticky}; mkfifo s/log; chmod 777 s/log; chown nobody s/log`,
    `StandardOutput=append:HERE/s/log\n${toItsLog}`,
  ),
});
