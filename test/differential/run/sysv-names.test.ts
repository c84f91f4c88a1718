import { compareManagers } from './both.ts';

// In the image they lead to systemctl; in tysd's directory, which comes first, to tysd.
const steady = "sed -E 's/(scheduled for [A-Z][a-z]{2} [0-9-]+ [0-9]{2}:[0-9]{2}):[0-9]{2}/\\1:SS/; s/[0-9]{2}:[0-9]{2}:SS/TIME/'";

compareManagers(
  'the names of System V',
  {
    'what is wrong is told': {
      script: `
        for word in x 7 '1 2' --nope '' --no-wall qq; do run telinit $word; done
        for word in -x +x 24:00 12:60 1:2:3 +1h 2030-01-01 noww --version --nope '+ 5' 99999999999999999999; do run shutdown $word; done
        for name in halt poweroff reboot; do
          for word in -x --nope --version '-w x' '--wtmp-only a b'; do run $name $word; done
        done
        for word in -h a --nope; do run runlevel $word; done`,
    },
    'what does no harm is done': {
      script: `
        for word in q Q u U '--no-wall q'; do run telinit $word; done
        until_ok systemctl show -p Version
        for name in halt poweroff reboot; do for word in -w --wtmp-only -dw; do run $name $word; done; done`,
      alone: true,
    },
    runlevel: {
      script: `
        run runlevel
        : >/run/utmp
        run runlevel
        record() { printf '\\x01\\0\\0\\0%b\\0\\0' "$1" >/run/utmp; truncate -s 384 /run/utmp; }
        record '5N'; run runlevel
        record '3\\0'; run runlevel
        record '23'; run runlevel
        RUNLEVEL=4 run runlevel
        RUNLEVEL=4 PREVLEVEL=2 run runlevel
        rm /run/utmp`,
    },
    'telinit goes to the target of a run level': {
      alone: true,
      // The target that the test itself runs below is kept, as it is not to be stopped.
      units: {
        'multi-user.target':
          '[Unit]\nDefaultDependencies=no\nAllowIsolate=yes\nWants=level-up.service\nAfter=oracle-boot.target\nWants=oracle-boot.target',
        'level-up.service': '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/act wait',
        'level-down.service': '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/act wait',
      },
      script: `
        systemctl start level-down
        run telinit 3
        until_ok systemctl is-active level-up
        run systemctl is-active level-up level-down multi-user.target
        systemctl stop level-up multi-user.target`,
    },
    'a shutdown that is planned is shown, replaced and cancelled': {
      alone: true,
      script: `
        run shutdown --show
        for word in 5 '-r +5' '-H 5 hello there' '-h -H 5' '-H -h 5' 23:59 '-h -r 5'; do run shutdown $word | ${steady}; done
        run shutdown --show | ${steady}
        run shutdown -c
        run shutdown --show
        run shutdown -c
        run shutdown -c hello`,
    },
  },
  { profile: 'dbus' },
);
