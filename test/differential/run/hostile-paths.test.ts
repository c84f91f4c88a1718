import { compareManagers } from './both.ts';

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
});
