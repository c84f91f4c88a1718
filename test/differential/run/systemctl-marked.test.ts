import { compareManagers } from './both.ts';

const bus = {
  'dbus.socket.d/tests.conf': '[Unit]\nDefaultDependencies=no\n',
  'dbus.service.d/tests.conf': '[Unit]\nDefaultDependencies=no\n',
};

const noted = (name: string, more = ''): string =>
  `[Service]\nExecStartPre=/act to /run/t/${name} note start\nExecStart=/act wait\n${more}`;

const reloads = (name: string): string => noted(name, `ExecReload=/act to /run/t/${name} note reload`);

compareManagers(
  'reload-or-restart --marked',
  {
    'the markers of a unit': {
      units: { ...bus, 'marks.service': reloads('marks'), 'marks.target': '[Unit]\nDescription=x' },
      script: `
        quiet systemctl start dbus.socket
        marks() { get marks.service Markers; }
        systemctl start marks
        marks
        run systemctl set-property marks Markers=needs-restart; marks; systemctl start marks; marks
        systemctl set-property marks Markers=needs-restart
        run systemctl set-property marks Markers=+needs-reload; marks
        run systemctl set-property marks Markers=-needs-restart; marks
        run systemctl set-property marks Markers=; marks
        run systemctl set-property marks "Markers=needs-reload needs-restart"; marks
        run systemctl set-property marks "Markers=-needs-reload -needs-restart"; marks
        run systemctl set-property marks "Markers=+needs-reload needs-restart"; marks
        run systemctl set-property marks Markers=nonsense; marks
        run systemctl set-property marks Markers=+nonsense; marks
        run systemctl set-property --runtime marks Markers=needs-restart Markers=+needs-reload; marks
        ls /etc/systemd/system.control /run/systemd/system.control 2>/dev/null | grep -i marks
        systemctl reload marks; marks
        systemctl set-property marks "Markers=needs-reload needs-restart"; systemctl restart marks; marks
        systemctl set-property marks "Markers=needs-reload needs-restart"; systemctl stop marks; marks
        systemctl set-property marks "Markers=needs-reload needs-restart" 2>&1; marks; systemctl start marks; marks
        systemctl set-property marks "Markers=needs-restart"; systemctl daemon-reload; marks
        systemctl set-property marks Markers=
        run systemctl set-property marks.target Markers=needs-restart
        get marks.target Markers
        run systemctl set-property nowhere Markers=needs-restart
        systemctl set-property marks.target Markers= 2>&1
        systemctl stop marks`,
      alone: true,
    },
    'what is marked is reloaded or restarted': {
      units: {
        'marked-reload.service': reloads('marked-reload'),
        'marked-restart.service': reloads('marked-restart'),
        'marked-both.service': reloads('marked-both'),
        'marked-cannot.service': noted('marked-cannot'),
        'marked-off.service': reloads('marked-off'),
        'marked-not.service': reloads('marked-not'),
        'marked-hold.target': '[Unit]\nAfter=marked-off.service\nWants=',
      },
      script: `
        said() { echo "$1:" $(cat /run/t/marked-$1 2>/dev/null); }
        systemctl start marked-reload marked-restart marked-both marked-cannot marked-not
        systemctl set-property marked-reload Markers=needs-reload
        systemctl set-property marked-restart Markers=needs-restart
        systemctl set-property marked-both "Markers=needs-restart needs-reload"
        systemctl set-property marked-cannot Markers=needs-reload
        systemctl set-property marked-off Markers=needs-restart
        run systemctl reload-or-restart --marked
        for name in reload restart both cannot off not; do said $name; get marked-$name.service ActiveState Markers; done
        run systemctl reload-or-restart --marked
        run systemctl reload-or-restart --marked marked-not
        run systemctl restart --marked
        for name in reload restart both cannot off not; do said $name; done
        systemctl stop 'marked-*'`,
      alone: true,
      differs: [
        {
          systemd: 'reload: start start',
          tysd: 'reload: start reload',
          why: 'systemctl(1) says that what is marked for a reload is reloaded',
        },
      ],
    },
  },
  { profile: 'dbus' },
);
