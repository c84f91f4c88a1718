import { compareManagers } from '../run/both.ts';

/** Under tysd the tools are called by its links, and systemd's are out of the way. */
const common = "PATH=${PATH#/opt/tysd:}; hash -r; steady() { sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:.]+ .*/TIME/'; }";

const files = `
mk() { mkdir -p "$(dirname "$1")"; printf "$2" >"$1"; }
here() { mkdir -p "$(dirname "$2")"; ln -s "$1" "$2"; }
mk usr/lib/systemd/user/over.service 'x\\n'; mk etc/systemd/user/over.service 'y\\n'
mk usr/lib/systemd/system/over.service '[Service]\\nExecStart=/bin/true\\n'
mk etc/systemd/system/over.service '[Service]\\nExecStart=/bin/false\\n'
mk usr/local/lib/systemd/system/over.service '[Service]\\nExecStart=/bin/x\\n'
mk usr/lib/systemd/system/same.service 'x\\n'; mk etc/systemd/system/same.service 'x\\n'
mk usr/lib/systemd/system/empty.service 'x\\n'; mk etc/systemd/system/empty.service ''
mk usr/lib/systemd/system/gone.service 'x\\n'; here /dev/null etc/systemd/system/gone.service
mk usr/lib/systemd/system/redir.service 'x\\n'; here /usr/lib/systemd/system/redir.service etc/systemd/system/redir.service
mk usr/lib/systemd/system/redir2.service 'x\\n'; here /usr/lib/systemd/system/over.service etc/systemd/system/redir2.service
mk usr/lib/systemd/system/hangs.service 'x\\n'; here /nowhere etc/systemd/system/hangs.service
mk usr/lib/systemd/system/more.service 'x\\n'
for n in a b c; do mk usr/lib/systemd/system/more.service.d/$n.conf "[Unit]\\n"; done
mk etc/systemd/system/more.service.d/b.conf '[Unit]\\nDescription=x\\n'
here /dev/null etc/systemd/system/more.service.d/c.conf
mk etc/systemd/system/more.service.d/not.txt ''
mk etc/systemd/system/.hidden.service 'x\\n'; mk etc/systemd/system/over.service~ 'x\\n'; mk etc/systemd/system/over.service.dpkg-old 'x\\n'
mk etc/systemd/system/alone.service 'x\\n'; mk etc/systemd/system/alone.service.d/z.conf 'x\\n'
mk etc/systemd/system/nofile.service.d/z.conf 'x\\n'
mkdir usr/lib/systemd/system/dir.service; mk etc/systemd/system/dir.service 'x\\n'
mk usr/lib/tmpfiles.d/ours.conf 'd /x\\n'; mk etc/tmpfiles.d/ours.conf 'd /y\\n'
mk usr/lib/sysctl.d/s.conf 'a=1\\n'; here /dev/null etc/sysctl.d/s.conf
mk usr/local/lib/sysctl.d/t.conf 'a=1\\n'; mk usr/lib/sysctl.d/t.conf 'a=1\\nb=2\\n'
mk etc/udev/rules.d/50.rules 'x\\n'; mk usr/lib/udev/rules.d/50.rules 'y\\n'
mk etc/systemd/system-preset/p.preset 'x\\n'; mk usr/lib/systemd/system-preset/p.preset 'y\\n'
mk root/.config/user-dirs.dirs 'XDG_DOCUMENTS_DIR="$HOME/Dokumente"\\nXDG_MUSIC_DIR="/srv/music"\\n# no\\nXDG_DOWNLOAD_DIR="relative"\\nXDG_DESKTOP_DIR="$HOME/Schreibtisch"\\n'`;

compareManagers(
  'tools of systemd that know places',
  {
    'systemd-delta': {
      script: `${common}
        run systemd-delta | steady
        run systemd-delta --no-pager --diff=no
        for suffix in systemd/system systemd/system/ systemd//user tmpfiles.d systemd/system/more.service.d systemd nosuch systemd/system/nosuch /etc /etc/tmpfiles.d /usr/lib /usr/lib/systemd/system /; do
          run systemd-delta --diff=no $suffix
        done
        run systemd-delta --diff=no tmpfiles.d sysctl.d
        run systemd-delta --diff=no /srv
        for type in masked equivalent redirected overridden extended default masked,extended nosuch masked,nosuch , ''; do run systemd-delta --diff=no -t "$type" systemd/system tmpfiles.d; done
        run systemd-delta -t unchanged tmpfiles.d sysctl.d udev/rules.d systemd/system-preset
        run systemd-delta -t masked -t equivalent
        run systemd-delta --type=redirected --diff=1 systemd/system | steady
        run systemd-delta --type=redirected --diff systemd/user | steady
        run systemd-delta --type=masked systemd/user
        run systemd-delta --diff=nonsense
        run systemd-delta -x
        run systemd-delta --nosuch
        run systemd-delta --type
        systemd-delta --diff=no systemd/system/over.service 2>&1 | sort`,
    },
    'systemd-path': {
      script: `${common}
        run systemd-path
        run systemd-path temporary user-documents nosuch search-shared
        run systemd-path --suffix=a/b temporary search-binaries-default search-configuration
        run systemd-path --suffix=x | tail -3
        run env TMPDIR=/var/tmp systemd-path temporary temporary-large
        run env TMPDIR=/nowhere TMP=/var systemd-path temporary
        run env TMPDIR=relative systemd-path temporary
        run env HOME=/h XDG_CONFIG_HOME=/c XDG_DATA_HOME=/d XDG_CACHE_HOME=/k XDG_CONFIG_DIRS=/a:/b XDG_DATA_DIRS=/e:/f XDG_RUNTIME_DIR=/r PATH=$PATH systemd-path
        run env XDG_CONFIG_HOME=relative XDG_CACHE_HOME= systemd-path user-configuration user-state-cache user-runtime
        run systemd-path --nosuch
        run systemd-path --suffix`,
    },
    'systemd-detect-virt': {
      // Which hypervisor it is systemd asks the processor, which we cannot; that there is one is the same.
      script: `${common}
        for word in '' -c --container -v --vm -r --chroot --private-users -q -cq -cv -vc -x --nosuch word '-q word'; do run systemd-detect-virt $word; done |
          sed -E 's/^(kvm|qemu|bochs|xen|uml|vmware|oracle|microsoft|zvm|parallels|bhyve|qnx|acrn|powervm|apple|sre|google|amazon|vm-other)$/HYPERVISOR/'
        systemd-detect-virt --list | sort -u`,
    },
    'systemd-analyze security': {
      script: `${common}
        [ -d /opt/tysd ] && PATH=/opt/tysd:$PATH
        profiles() { for place in "$@"; do mkdir -p $place/systemd/portable/profile/$name; printf "$text" >$place/systemd/portable/profile/$name/service.conf; done; }
        name=twice; text='[Service]\nPrivateNetwork=yes\n' profiles /usr/lib; text='[Service]\nPrivateTmp=yes\n' profiles /run
        name=local; text='[Service]\nUMask=0077\n' profiles /usr/local/lib
        name=own; text='[Service]\nProtectHome=yes\n' profiles /etc
        name=sockets; mkdir -p /etc/systemd/portable/profile/sockets; printf '[Unit]\nDefaultDependencies=no\n' >/etc/systemd/portable/profile/sockets/socket.conf
        ln -s own /etc/systemd/portable/profile/linked
        mkdir -p /srv/secure; cd /srv/secure
        printf '[Service]\nExecStart=/bin/true\n' >a.service; printf '[Socket]\nListenStream=1\n' >a.socket
        judge() { run systemd-analyze security --offline=yes --no-pager "$@" | grep -v '^[^$] .*Service'; }
        for name in twice local own sockets linked none; do judge --profile=$name a.service; done
        judge --profile=sockets a.socket; judge --profile=own a.socket a.service
        for place in /usr/lib /usr/local/lib /run /etc; do
          echo '{"PrivateTmp":{"weight":0},"UMask":{"weight":9000},"PrivateNetwork":{"description_bad":"'$place'"}}' >$place/systemd/systemd-analyze-security.policy; judge a.service
        done
        echo '{}' >/srv/none.json; judge --security-policy=/srv/none.json a.service; judge --security-policy= --profile=local a.service
        echo '{' >/etc/systemd/systemd-analyze-security.policy; judge --profile=none a.service
        rm /etc/systemd/systemd-analyze-security.policy; mkdir /etc/systemd/systemd-analyze-security.policy; judge a.service
        rm -rf /etc/systemd/systemd-analyze-security.policy /run/systemd/systemd-analyze-security.policy /usr/{,local/}lib/systemd/systemd-analyze-security.policy /{etc,run,usr/lib,usr/local/lib}/systemd/portable/profile`,
    },
    'systemd-cgls': {
      units: {
        'leaf-a.service': '[Unit]\nDefaultDependencies=no\n[Service]\nSlice=leaf.slice\nExecStart=/act wait "a b"',
        'leaf-b.socket': '[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=/run/leaf\nService=leaf-a.service',
        'leaf-c.service':
          '[Unit]\nDefaultDependencies=no\n[Service]\nSlice=leaf-inner.slice\nExecStart=/act wait this-is-a-long-word this-is-a-long-word this-is-a-long-word this-is-a-long-word',
      },
      script: `${common}
        [ -d /opt/tysd ] && PATH=/opt/tysd:$PATH
        systemctl start leaf-a leaf-c
        list() { echo "\\$ $*"; systemd-cgls --xattr=no --cgroup-id=no "$@" 2>&1 >/run/listed </dev/null; echo "-> $?"; cat /run/listed; }
        number() { sed -E 's/[0-9]+ \\/act/N \\/act/; s/#[0-9]+/#ID/'; }
        { for words in /leaf.slice/leaf-a.service '/leaf.slice/leaf-a.service /leaf.slice/leaf-inner.slice/' /nosuch leaf.slice . '-u leaf-a' '-u leaf-a.service leaf-c.service' '--unit=leaf-a' '-u leaf-inner.slice' '-u nosuch' '-l /leaf.slice/leaf-inner.slice' '-x' '--nosuch' '--cgroup-id=nonsense' /sys/fs/cgroup/leaf.slice/leaf-inner.slice '--cgroup-id=yes /leaf.slice/leaf-inner.slice'; do
          list $words
        done
        cd /sys/fs/cgroup/leaf.slice/leaf-inner.slice; list; list -l
        cd /; list | head -2; } | number
        run systemd-cgls --xattr=nonsense
        systemctl stop leaf-a leaf-c`,
    },
  },
  {
    setup: `${files}\nif [ -d opt/tysd ]; then for tool in delta path cgls detect-virt; do ln -sf /opt/tysd/systemd-$tool usr/bin/systemd-$tool; done; fi`,
  },
);
