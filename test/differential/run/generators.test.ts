import { compareManagers } from './both.ts';

const runs = '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true';

/** Bash that writes a generator, in place of whatever was there. */
function generator(path: string, body: string): string {
  return `mkdir -p ${path.slice(0, path.lastIndexOf('/'))}; printf '%s\\n' '#!/bin/sh' ${body
    .trim()
    .split('\n')
    .map((line) => `'${line.trim().replaceAll("'", `'\\''`)}'`)
    .join(' ')} >${path}; chmod 755 ${path}`;
}

compareManagers('generators', {
  'what a generator is told': {
    script: `
      ${generator('/etc/systemd/system-generators/told', 'echo "$#" "$@" >/run/told; env | grep ^SYSTEMD_ | grep -v PID | sort >>/run/told; [ $SYSTEMD_EXEC_PID = $$ ] && echo its own pid >>/run/told; umask >>/run/told; pwd >>/run/told; stat -c "%a %U" "$1" "$2" "$3" >>/run/told; echo $PATH >>/run/told')}
      systemctl daemon-reload
      cat /run/told
      rm /etc/systemd/system-generators/told`,
    alone: true,
  },
  'units of generators come before, between and behind the others': {
    units: {
      'gen-etc.service': `[Unit]\nDefaultDependencies=no\nDescription=of the administrator\n${runs}`,
    },
    script: `
      mkdir -p /usr/local/lib/systemd/system
      printf '[Unit]\\nDescription=of the vendor\\n${runs.replaceAll('\n', '\\n')}\\n' | tee /usr/local/lib/systemd/system/gen-usr.service >/usr/local/lib/systemd/system/gen-late.service
      ${generator(
        '/usr/lib/systemd/system-generators/many',
        `
        unit() { printf "[Unit]\\nDescription=of a generator, $3\\n${runs.replaceAll('\n', '\\n')}\\n" >"$1/$2.service"; }
        unit "$1" gen-etc normal
        unit "$1" gen-usr normal
        unit "$1" gen-own normal
        unit "$2" gen-early early
        unit "$3" gen-late late
        unit "$3" gen-last late
        mkdir -p "$1/gen-own.service.d" "$1/gen-own.service.wants"
        printf "[Service]\\nEnvironment=A=1\\n" >"$1/gen-own.service.d/more.conf"
        ln -s ../gen-last.service "$1/gen-own.service.wants/gen-last.service"`,
      )}
      systemctl daemon-reload
      for unit in etc usr own early late last; do get gen-$unit.service Description FragmentPath UnitFileState LoadState; done
      get gen-own.service DropInPaths Wants Environment
      run systemctl start gen-own
      get gen-last.service ActiveState
      run systemctl enable gen-own
      run systemctl is-enabled gen-own gen-early
      systemctl list-unit-files 'gen-*' --no-legend
      rm /usr/lib/systemd/system-generators/many
      systemctl daemon-reload
      for unit in etc usr own early late; do get gen-$unit.service Description FragmentPath LoadState ActiveState; done
      ls /run/systemd | grep generator`,
    alone: true,
  },
  'a generator is masked by name, and need not be of use': {
    script: `
      for place in /run /etc /usr/local/lib /usr/lib; do mkdir -p $place/systemd/system-generators; done
      put() { printf '#!/bin/sh\\necho %s >>/run/put\\n' "$1" >"$1"; chmod 755 "$1"; }
      rm -f /run/put
      put /usr/lib/systemd/system-generators/one
      put /etc/systemd/system-generators/one
      put /usr/lib/systemd/system-generators/two
      ln -s /dev/null /etc/systemd/system-generators/two
      put /usr/lib/systemd/system-generators/three
      : >/run/systemd/system-generators/three
      put /usr/local/lib/systemd/system-generators/four
      put /etc/systemd/system-generators/.hidden
      put /etc/systemd/system-generators/five.dpkg-old
      put /etc/systemd/system-generators/six; chmod 644 /etc/systemd/system-generators/six
      put /usr/lib/systemd/system-generators/six
      printf 'no program' >/etc/systemd/system-generators/seven; chmod 755 /etc/systemd/system-generators/seven
      printf '#!/bin/sh\\nexit 3\\n' >/etc/systemd/system-generators/eight; chmod 755 /etc/systemd/system-generators/eight
      ln -s ../system-generators/four /usr/local/lib/systemd/system-generators/nine
      run systemctl daemon-reload
      sort /run/put
      for place in /run /etc /usr/local/lib /usr/lib; do for name in one two three four .hidden five.dpkg-old six seven eight nine; do rm -f $place/systemd/system-generators/$name; done; done
      systemctl daemon-reload`,
    alone: true,
  },
  'environment generators follow each other, and what they print is the environment of services': {
    units: {
      'gen-env.service': `[Service]\nType=oneshot\nStandardOutput=truncate:/run/t/gen-env\nExecStart=/bin/sh -c 'env | grep ^GEN_ | sort'`,
    },
    script: `
      ${generator('/etc/systemd/system-environment-generators/10-first', `echo GEN_A=1; echo "GEN_B='two words'"; echo "# no"; echo "GEN_C=\\"x\\"y"; echo "BAD NAME=1"; echo GEN_D=`)}
      ${generator('/usr/lib/systemd/system-environment-generators/20-second', 'echo GEN_SEEN=$GEN_A-$GEN_B; echo GEN_A=2')}
      ${generator('/usr/lib/systemd/system-environment-generators/30-bad', 'echo GEN_LOST=1; exit 1')}
      ${generator('/etc/systemd/system-generators/env', 'env | grep ^GEN_ | sort >/run/gen-env')}
      systemctl daemon-reload
      cat /run/gen-env
      quiet systemctl start gen-env
      notes gen-env
      systemctl show-environment | grep ^GEN_ | sort
      systemctl set-environment GEN_A=set
      systemctl daemon-reload
      systemctl show-environment | grep ^GEN_ | sort
      systemctl unset-environment GEN_A
      rm /etc/systemd/system-environment-generators/* /usr/lib/systemd/system-environment-generators/[23]0-* /etc/systemd/system-generators/env
      systemctl daemon-reload
      systemctl show-environment | grep ^GEN_ | sort`,
    alone: true,
  },
  'who asks while generators run waits for what they make': {
    script: `
      ${generator('/etc/systemd/system-generators/slow', 'for unit in gen-made gen-other; do printf "[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/act wait\n" >$1/$unit.service; [ -e /run/gen-slow ] || continue; touch /run/gen-began; while [ ! -e /run/gen-go ]; do sleep 0.05; done; done')}
      systemctl daemon-reload; systemctl start gen-other
      touch /run/gen-slow
      systemctl daemon-reload & until_ok [ -e /run/gen-began ]
      systemctl show -p LoadState,UnitFileState,NeedDaemonReload gen-other gen-made >/run/gen-shown 2>&1 &
      systemctl start gen-made >/run/gen-started 2>&1 && echo started >>/run/gen-started &
      systemctl list-unit-files 'gen-*' --no-legend >/run/gen-listed 2>&1 &
      systemctl is-enabled gen-made >/run/gen-enabled 2>&1 &
      systemctl is-active nowhere >/run/gen-nowhere 2>&1 &
      # Time for a manager that answers too early.
      sleep 0.7; touch /run/gen-go; wait
      tail -n +1 /run/gen-shown /run/gen-started /run/gen-listed /run/gen-enabled /run/gen-nowhere
      rm /etc/systemd/system-generators/slow; systemctl stop gen-made gen-other; systemctl daemon-reload`,
    alone: true,
  },
  'the generators of Debian’s systemd make what they make under systemd': {
    script: `
      printf '%s\\n' '#!/bin/sh' '### BEGIN INIT INFO' '# Provides: gen-sysv' '# Required-Start: $remote_fs' '# Required-Stop:' '# Default-Start: 2 3 4 5' '# Default-Stop: 0 1 6' '# Short-Description: of the old kind' '### END INIT INFO' 'echo "$1" >>/run/gen-sysv' >/etc/init.d/gen-sysv
      printf '#!/bin/sh\\ntrue\\n' >/etc/rc.local
      chmod 755 /etc/init.d/gen-sysv /etc/rc.local
      mkdir -p /etc/rc3.d; ln -sf ../init.d/gen-sysv /etc/rc3.d/S01gen-sysv
      printf 'tmpfs /run/gen-mounted tmpfs nofail,mode=700 0 0\\n' >/etc/fstab
      systemctl daemon-reload
      find /run/systemd/generator* | sort
      cat /run/systemd/generator.late/gen-sysv.service /run/systemd/generator/run-gen*.mount
      get gen-sysv.service LoadState UnitFileState Description SourcePath Type FragmentPath
      run systemctl start gen-sysv
      get gen-sysv.service ActiveState SubState Result
      run systemctl start 'run-gen\\x2dmounted.mount'
      get 'run-gen\\x2dmounted.mount' ActiveState SubState UnitFileState SourcePath
      run systemctl stop 'run-gen\\x2dmounted.mount'
      systemctl stop gen-sysv
      cat /run/gen-sysv
      : >/etc/fstab; rm /etc/init.d/gen-sysv /etc/rc3.d/S01gen-sysv /etc/rc.local
      systemctl daemon-reload
      find /run/systemd/generator* | sort`,
    alone: true,
  },
});
