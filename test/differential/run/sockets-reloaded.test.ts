import { type Case, compareManagers } from './both.ts';

const kinds = ['path', 'more', 'less', 'all', 'accept', 'gone', 'broken', 'service', 'mode', 'name', 'order', 'type', 'masked'];

/** Two paths, and what a client does with each. */
function listening(prefix: string, kind: string): string {
  return `[Socket]\nListenStream=/run/${prefix}-${kind}.1\nListenStream=/run/${prefix}-${kind}.2\nRemoveOnStop=yes\n`;
}

const names = (prefix: string) => kinds.map((kind) => `${prefix}-${kind}`).join(' ');

const changes = (prefix: string): string => `
      cd /etc/systemd/system
      sed -i 's/${prefix}-path.2/${prefix}-path.3/' ${prefix}-path.socket
      echo 'ListenStream=/run/${prefix}-more.3' >>${prefix}-more.socket
      sed -i '/${prefix}-less.2/d' ${prefix}-less.socket
      sed -i 's/all\\.1/all.3/; s/all\\.2/all.4/' ${prefix}-all.socket
      echo Accept=yes >>${prefix}-accept.socket
      rm ${prefix}-gone.socket
      sed -i 's/^Listen.*//' ${prefix}-broken.socket
      echo Service=${prefix}-other.service >>${prefix}-service.socket
      echo SocketMode=0600 >>${prefix}-mode.socket
      echo FileDescriptorName=named >>${prefix}-name.socket
      printf '[Socket]\\nListenStream=/run/${prefix}-order.3\\nListenStream=/run/${prefix}-order.2\\nListenStream=/run/${prefix}-order.1\\n' >${prefix}-order.socket
      sed -i 's/ListenStream=\\(.*2\\)/ListenSequentialPacket=\\1/' ${prefix}-type.socket
      ln -sf /dev/null ${prefix}-masked.socket
      cd /`;

const open = `open() { local path; for path; do grep -c " $path\\$" /proc/net/unix | sed "s|^|$path: |"; done; }`;

/** A reload while sockets listen, and what is heard of them afterwards. */
function reloaded(prefix: string, reload: string): Case {
  const all = names(prefix);
  return {
    units: {
      ...Object.fromEntries(kinds.map((kind) => [`${prefix}-${kind}.socket`, listening(prefix, kind)])),
      ...Object.fromEntries(
        [...kinds, 'other'].map((kind) => [
          `${prefix}-${kind}.service`,
          `[Service]\nExecStart=/act to /run/t/${prefix}-${kind} passed note end wait\n`,
        ]),
      ),
      [`${prefix}-accept@.service`]: `[Service]\nExecStart=/act to /run/t/${prefix}-accept note instance\n`,
    },
    script: `
      ${open}
      for k in ${all}; do systemctl start $k.socket; done
      ${changes(prefix)}
      run ${reload}
      for k in ${all}; do table LoadState,ActiveState,SubState,Triggers,Result $k.socket; done
      for k in ${all}; do open /run/$k.{1,2,3,4}; done
      ls /run/${prefix}-*
      for k in ${all}; do timeout 1 /act stream /run/$k.1 hi >/dev/null 2>&1 & done; wait
      settle ${kinds.map((kind) => `${prefix}-${kind}.service`).join(' ')} ${prefix}-other.service
      for k in ${all}; do table ActiveState,SubState,Result $k.socket; table LoadState,ActiveState,SubState,Result $k.service; done
      table ActiveState,SubState ${prefix}-other.service
      for k in ${all}; do run systemctl restart $k.socket; done 2>&1 | grep -v '^See\\|^Job'
      systemctl stop ${kinds.map((kind) => `${prefix}-${kind}.service`).join(' ')} ${prefix}-other 2>/dev/null
      for k in ${all}; do open /run/$k.{1,2,3,4}; done
      for k in ${all}; do run systemctl restart $k.socket; done 2>&1 | grep -v '^See\\|^Job'
      ls -l /run/${prefix}-* | awk '{print $1, $9, $10, $11}'
      for k in ${all}; do open /run/$k.{1,2,3,4}; done
      for k in ${all}; do table ActiveState,SubState,Triggers,Result $k.socket; done
      for k in ${all}; do run systemctl stop $k.socket; done
      ls /run/${prefix}-*
      for k in ${all}; do open /run/$k.{1,2,3,4}; done
      notes ${all} ${prefix}-other`,
    alone: true,
    differs: [
      {
        systemd: `Failed to restart ${prefix}-broken.socket: Unit ${prefix}-broken.socket has a bad unit file setting.`,
        tysd: `Failed to restart ${prefix}-broken.socket: Unit ${prefix}-broken.socket has a bad unit file setting: the socket has no ListenStream=, ListenDatagram= or other Listen*=`,
        why: 'we say what is wrong with it',
      },
    ],
  };
}

compareManagers(
  'sockets over a reload',
  {
    'Listen lines that change while sockets listen': reloaded('rl', 'systemctl daemon-reload'),
    'the same over daemon-reexec': reloaded('rx', 'systemctl daemon-reexec'),
    'sockets of all kinds whose lines go': {
      units: {
        'rk.socket':
          '[Socket]\nListenStream=@rk-abstract\nListenDatagram=/run/rk.dgram\nListenStream=127.0.0.1:7901\nListenStream=7902\nListenStream=[::1]:7903\nListenFIFO=/run/rk.fifo\nListenFIFO=/run/rk.fifo2\nListenNetlink=route 1\n',
        'rk.service': '[Service]\nExecStart=/act to /run/t/rk passed wait\n',
      },
      script: `
      ip link set lo up
      run systemctl start rk.socket
      sed -i 's/^ListenStream=7902/ListenStream=[::]:7902/; s/127.0.0.1:7901/0.0.0.0:7901/; s/route 1/route 0x1/; /fifo2/d; s|rk.dgram|./rk.dgram|; s|/run/rk.fifo$|/run/../run/rk.fifo|' /etc/systemd/system/rk.socket
      run systemctl daemon-reload
      table ActiveState,SubState rk.socket
      run systemctl start rk.service
      heard rk LISTEN
      run systemctl stop rk.service rk.socket
      notes rk`,
      alone: true,
    },
    'a reload that turns Accept= on and off': {
      units: {
        'ra-on.socket': '[Socket]\nListenStream=/run/ra-on\n',
        'ra-on.service': '[Service]\nExecStart=/act to /run/t/ra-on passed note one wait\n',
        'ra-on@.service': '[Service]\nExecStart=/act to /run/t/ra-on note instance\n',
        'ra-off.socket': '[Socket]\nAccept=yes\nListenStream=/run/ra-off\n',
        'ra-off.service': '[Service]\nExecStart=/act to /run/t/ra-off passed note one wait\n',
        'ra-off@.service': '[Service]\nExecStart=/act to /run/t/ra-off note instance\n',
      },
      script: `
      hello() { for k in on off; do timeout 1 /act stream /run/ra-$k hi >/dev/null 2>&1 & done; wait; }
      run systemctl start ra-on.socket ra-off.socket
      sed -i 's/^Listen/Accept=yes\\nListen/' /etc/systemd/system/ra-on.socket
      sed -i '/Accept/d' /etc/systemd/system/ra-off.socket
      run systemctl daemon-reload
      table SubState,Accept,NAccepted ra-on.socket ra-off.socket
      hello
      heard ra-on instance; heard ra-off one
      table SubState,Accept,NAccepted ra-on.socket ra-off.socket
      show ra-on.service ra-off.service
      run systemctl stop ra-on.socket ra-off.socket ra-off.service
      notes ra-on ra-off`,
      alone: true,
    },
    'lines that go while ExecStartPost= runs': {
      units: {
        'rp.socket':
          '[Socket]\nListenStream=/run/rp.1\nListenStream=/run/rp.2\nExecStartPost=/act to /run/t/rp note post until /run/t/rp.go\nExecStopPre=/act to /run/t/rp note pre until /run/t/rp.gone\nRemoveOnStop=yes\n',
        'rp.service': '[Service]\nExecStart=/act to /run/t/rp passed wait\n',
      },
      script: `
      ${open}
      systemctl start --no-block rp.socket
      heard rp post
      sed -i '/rp.2/d' /etc/systemd/system/rp.socket
      run systemctl daemon-reload
      open /run/rp.{1,2}
      show rp.socket
      go rp
      settle rp.socket
      show rp.socket
      systemctl stop --no-block rp.socket
      heard rp pre
      sed -i s/rp.1/rp.3/ /etc/systemd/system/rp.socket
      : >/run/rp.3
      run systemctl daemon-reload
      open /run/rp.{1,2}
      show rp.socket
      : >/run/t/rp.gone
      settle rp.socket
      show rp.socket
      ls /run/rp.*
      notes rp`,
      alone: true,
    },
    'connections that wait while their line goes': {
      units: {
        'rw.socket': '[Socket]\nListenStream=/run/rw.1\nListenStream=/run/rw.2\n',
        'rw.service': '[Service]\nType=oneshot\nExecStart=/act to /run/t/rw passed note end until /run/t/rw.go\n',
      },
      script: `
      ${open}
      run systemctl start rw.socket
      systemctl start --no-block rw.service
      heard rw end
      table SubState rw.socket
      (timeout 5 /act stream /run/rw.1 hi >/dev/null 2>&1; echo "first: $?" >/run/t/rw.first) &
      (timeout 5 /act stream /run/rw.2 hi >/dev/null 2>&1; echo "second: $?" >/run/t/rw.second) &
      sleep 0.3
      sed -i '/rw.2/d' /etc/systemd/system/rw.socket
      run systemctl daemon-reload
      table SubState rw.socket
      rm /run/t/rw
      go rw
      sleep 0.5
      settle rw.service
      open /run/rw.{1,2}
      table ActiveState,SubState,Result rw.socket rw.service
      systemctl stop rw.socket rw.service
      open /run/rw.{1,2}
      sort -u /run/t/rw | head -20
      wait; cat /run/t/rw.first /run/t/rw.second`,
      alone: true,
    },
    'what is said of it': {
      units: {
        'ry-some.socket': '[Socket]\nListenStream=/run/ry.1\n',
        'ry-none.socket': '[Socket]\nListenStream=/run/ry.3\n',
        'ry-some.service': '[Service]\nExecStart=/act wait\n',
        'ry-none.service': '[Service]\nExecStart=/act wait\n',
      },
      script: `
      run systemctl start ry-some.socket; run systemctl start ry-none.socket
      echo ListenStream=/run/ry.2 >>/etc/systemd/system/ry-some.socket
      sed -i s/ry.3/ry.4/ /etc/systemd/system/ry-none.socket
      run systemctl daemon-reload
      journalctl --sync; journalctl -o cat -u ry-some.socket -u ry-none.socket | sort
      run systemctl daemon-reload
      journalctl --sync; journalctl -o cat -u ry-some.socket -u ry-none.socket | sort
      run systemctl stop ry-some.socket ry-none.socket`,
      alone: true,
    },
  },
  { attempts: [6] },
);
