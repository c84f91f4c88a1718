import { describe, test } from 'node:test';
import { imageOf, loopDevices, whyNoLoops } from '../sandbox/image.ts';
import { compareManagers } from './both.ts';

const bus = {
  'dbus.socket.d/tests.conf': '[Unit]\nDefaultDependencies=no\n',
  'dbus.service.d/tests.conf': '[Unit]\nDefaultDependencies=no\n',
};

/** What a process of the unit sees. */
const inside = 'inside() { local unit=$1; shift; nsenter -t $(systemctl show -p MainPID --value $unit) -m -r -- "$@" 2>&1; }';

compareManagers(
  'systemctl bind and mount-image',
  {
    'a directory and a file are bound into a service that runs': {
      units: { ...bus, 'bindto.service': '[Service]\nPrivateTmp=yes\nExecStart=/act wait' },
      script: `${inside}
        quiet systemctl start dbus.socket
        mkdir -p /srv/bindto/sub /srv/bindto-target; echo one >/srv/bindto/file; mount -t tmpfs tmpfs /srv/bindto/sub; echo below >/srv/bindto/sub/file
        systemctl start bindto
        run systemctl bind bindto /srv/bindto /srv/bindto-target
        inside bindto cat /srv/bindto-target/file
        inside bindto cat /srv/bindto-target/sub/file
        ls /srv/bindto-target
        run systemctl bind bindto /srv/bindto/file /etc/hostname
        inside bindto cat /etc/hostname
        run systemctl bind --read-only bindto /srv/bindto /opt
        inside bindto cat /opt/file
        inside bindto touch /opt/new
        inside bindto touch /srv/bindto-target/new && ls /srv/bindto
        run systemctl bind bindto /srv/bindto
        run systemctl bind bindto /srv/bindto /run/nowhere/deep
        run systemctl bind --mkdir bindto /srv/bindto /run/nowhere/deep
        inside bindto stat -c '%a %F' /run/nowhere /run/nowhere/deep
        inside bindto cat /run/nowhere/deep/file
        run systemctl bind --mkdir bindto /srv/bindto/file /run/nowhere/other/name
        inside bindto cat /run/nowhere/other/name
        stat -c '%a %F %s' /run/nowhere /run/nowhere/deep /run/nowhere/other/name
        run systemctl restart bindto
        inside bindto ls /srv/bindto-target
        systemctl stop bindto
        umount /srv/bindto/sub`,
    },
    'what cannot be bound': {
      units: {
        'bindno.service': '[Service]\nExecStart=/act wait',
        'bindoff.service': '[Service]\nPrivateTmp=yes\nExecStart=/act wait',
        'bindhid.service': '[Service]\nInaccessiblePaths=/srv\nExecStart=/act wait',
        'bindone.service': '[Service]\nType=oneshot\nRemainAfterExit=yes\nPrivateTmp=yes\nExecStart=/act exit 0',
        'bindbad.service': '[Service]\nExecStart=nonsense',
        'bindno.target': '[Unit]\nDescription=x',
        'bindno.socket': '[Socket]\nListenStream=/run/bindno',
      },
      script: `
        systemctl start bindno bindhid bindone bindno.target
        run systemctl bind bindno /srv
        run systemctl bind bindoff /srv
        run systemctl bind bindhid /etc /srv/x
        run systemctl bind bindhid /etc /srv
        run systemctl bind bindhid /nonexistent /opt
        run systemctl bind bindhid etc /opt
        run systemctl bind bindhid /etc/../etc /opt
        run systemctl bind bindhid /etc opt
        run systemctl bind bindhid /etc /opt/../opt
        run systemctl bind bindhid /etc//x/ /opt//
        run systemctl bind bindhid '' /opt
        run systemctl bind bindhid /etc ''
        run systemctl bind bindone /etc /opt
        run systemctl bind bindbad /etc /opt
        run systemctl bind bindno.target /etc /opt
        run systemctl bind bindno.socket /etc /opt
        run systemctl bind nowhere /etc /opt
        run systemctl bind bindhid
        run systemctl bind
        run systemctl bind bindhid /a /b /c
        run systemctl bind bad..name /etc
        run systemctl bind bindhid /etc/hostname /opt
        run systemctl bind bindhid /etc /etc/hostname
        run systemctl mount-image bindno /srv/image
        run systemctl mount-image bindhid /srv/image /opt
        run systemctl mount-image bindhid image /opt
        run systemctl mount-image bindhid /srv/image opt
        run systemctl mount-image bindhid /srv/image
        run systemctl mount-image bindhid
        run systemctl mount-image bindhid /srv/image /srv/x
        run systemctl mount-image bindoff /srv/image /opt
        run systemctl mount-image bindhid /srv/image /opt root:ro
        run systemctl mount-image bindhid /srv/image /opt nosuch:ro
        systemctl stop bindno bindhid bindone bindno.target`,
    },
    'links, roots and other kinds of services': {
      units: {
        'bindroot.service': '[Service]\nRootDirectory=/srv/bindroot\nExecStart=/act wait',
        'bindlink.service': '[Service]\nProtectSystem=yes\nExecStart=/act wait',
        'bindfork.service':
          '[Service]\nType=forking\nPrivateTmp=yes\nPIDFile=/run/bindfork.pid\nExecStart=/bin/sh -c "sleep 1000 & echo $! >/run/bindfork.pid"',
        'bindstrict.service': '[Service]\nProtectSystem=strict\nPrivateMounts=yes\nExecStart=/act wait',
      },
      script: `${inside}
        mkdir -p /srv/bindroot/there /srv/binddata; cp /act /srv/bindroot/act; echo data >/srv/binddata/file
        ln -s /srv/binddata /srv/bindsource; mkdir /srv/bindopt; ln -s /srv/bindopt /srv/bindlinked
        systemctl start bindroot bindlink bindfork bindstrict
        run systemctl bind bindroot /srv/binddata /there
        cat /proc/$(systemctl show -p MainPID --value bindroot)/root/there/file
        run systemctl bind --mkdir bindroot /srv/binddata /made/here
        cat /proc/$(systemctl show -p MainPID --value bindroot)/root/made/here/file
        ls -d /srv/bindroot/made/here
        run systemctl bind bindlink /srv/bindsource /mnt
        inside bindlink cat /mnt/file
        run systemctl bind bindlink /srv/binddata /srv/bindlinked
        inside bindlink ls /srv/bindopt
        inside bindlink cat /srv/bindlinked/file
        run systemctl bind bindlink /srv/binddata /srv/bindlinked/below
        run systemctl bind bindfork /srv/binddata /mnt
        inside bindfork cat /mnt/file
        run systemctl bind bindstrict /srv/binddata /mnt
        inside bindstrict cat /mnt/file
        inside bindstrict touch /mnt/new && ls /srv/binddata
        systemctl stop bindroot bindlink bindfork bindstrict`,
      differs: [
        ['/srv/bindlinked', 'Invalid argument'],
        ['/srv/bindlinked/below', 'No such file or directory'],
      ].map(([target, reason]) => {
        const said = `Failed to bind mount: Failed to mount /srv/binddata on ${target} in unit's namespace: `;
        const why = 'what a service could have put there is not followed';
        return { systemd: `${said}${reason}`, tysd: `${said}Too many levels of symbolic links`, why };
      }),
    },
  },
  { profile: 'dbus' },
);

const skip = whyNoLoops();
if (skip === false) {
  const images = ['one', 'two', 'three', 'four', 'five'];
  compareManagers(
    'systemctl mount-image',
    {
      'an image is mounted into a service that runs': {
        units: {
          ...bus,
          'image.service': '[Service]\nPrivateTmp=yes\nExecStart=/act wait',
          'image-user.service': '[Service]\nPrivateTmp=yes\nUser=daemon\nProtectSystem=strict\nExecStart=/act wait',
        },
        script: `${inside}
          ${loopDevices}
          mounted() { awk -v at="$2" '$5 == at { print $5, $6, $9; for (i = 7; $i != "-"; i++) print $i }' /proc/$(systemctl show -p MainPID --value $1)/mountinfo | sed 's/:[0-9]*$/:N/'; }
          quiet systemctl start dbus.socket
          systemctl start image image-user
          run systemctl mount-image image /images/one.raw /mnt
          inside image cat /mnt/file; mounted image /mnt
          ls /mnt
          inside image touch /mnt/new && inside image ls /mnt
          run systemctl mount-image --read-only image /images/two.raw /srv
          inside image cat /srv/file; mounted image /srv
          inside image touch /srv/new
          run systemctl mount-image image /images/three.raw /opt root:nosuid,noexec
          inside image cat /opt/file; mounted image /opt
          run systemctl mount-image image /images/four.raw /run/new/place
          run systemctl mount-image --mkdir image /images/four.raw /run/new/place
          inside image cat /run/new/place/file; ls -d /run/new/place
          run systemctl mount-image image-user /images/five.raw /mnt
          inside image-user cat /mnt/file; mounted image-user /mnt
          run systemctl mount-image image /etc/hostname /media
          run systemctl mount-image image /images/none.raw /media
          run systemctl mount-image image /images /media
          run systemctl mount-image image /images/one.raw /media home:ro
          run systemctl mount-image image /images/one.raw /media root:nosuchoption
          run systemctl restart image
          inside image ls /mnt
          systemctl stop image image-user`,
        differs: [
          {
            systemd: 'two/srv ro,relatime ext4',
            tysd: 'two/srv ro,nodev,relatime ext4',
            why: 'devices of an image are no devices, however it is mounted',
          },
        ],
      },
    },
    {
      profile: 'dbus',
      programs: Object.fromEntries(images.map((name) => [`/images/${name}.raw`, imageOf({ file: name })])),
    },
  );
} else {
  describe('systemctl mount-image', () => {
    test('is compared', { skip }, () => undefined);
  });
}

compareManagers(
  'service-log-level and service-log-target',
  {
    'a service that has the interface': {
      units: {
        ...bus,
        'logctl.service': '[Service]\nType=dbus\nBusName=org.freedesktop.hostname1\nExecStart=/lib/systemd/systemd-hostnamed',
        'logctl-without.service': '[Service]\nType=dbus\nBusName=org.example.LogCtl\nExecStart=/act bus own org.example.LogCtl wait',
        'logctl-off.service': '[Service]\nType=dbus\nBusName=org.example.LogCtlOff\nExecStart=/act bus own org.example.LogCtlOff wait',
        'logctl-none.service': '[Service]\nExecStart=/act wait',
        'logctl-bus.service': '[Service]\nBusName=org.freedesktop.DBus\nExecStart=/act wait',
        'logctl-bad.service': '[Service]\nExecStart=nonsense\nBusName=org.example.Bad',
      },
      script: `
        quiet systemctl start dbus.socket
        run systemctl start logctl
        run systemctl service-log-level logctl
        run systemctl service-log-level logctl.service debug
        run systemctl service-log-level logctl
        run systemctl service-log-level logctl 4
        run systemctl service-log-level logctl
        run systemctl service-log-level logctl nonsense
        run systemctl service-log-level logctl ''
        run systemctl service-log-target logctl
        run systemctl service-log-target logctl kmsg
        run systemctl service-log-target logctl
        run systemctl service-log-target logctl nonsense
        run systemctl start logctl-without
        run systemctl service-log-level logctl-off
        run systemctl service-log-level logctl-off debug
        run systemctl service-log-target logctl-off
        run systemctl service-log-level logctl-bus
        run systemctl service-log-target logctl-bus console
        run systemctl service-log-level logctl-none
        run systemctl service-log-target logctl-none console
        run systemctl service-log-level logctl-bad
        run systemctl service-log-level nowhere
        run systemctl service-log-level bad..name
        run systemctl service-log-level nothing.target
        run systemctl service-log-level
        run systemctl service-log-level logctl debug more
        run systemctl service-log-target
        systemctl stop logctl logctl-without`,
    },
  },
  { profile: 'dbus' },
);
