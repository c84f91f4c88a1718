// The real thing: a Debian root directory with real daemons, their unit files untouched, and tysd as PID 1.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { boot, type Booted } from './container.ts';
import { debianImage, whyNoImage } from './image.ts';
import { buildTysd } from './dist.ts';

const packages = ['nginx', 'redis-server', 'cron', 'openssh-server', 'dbus'];
const why = whyNoImage();

/** Runs inside the container and prints one `name: value` line for each fact. */
const script = `#!/bin/bash
PATH=/opt/tysd:$PATH
say() { printf '%s: %s\\n' "$1" "$(echo "$2" | tr '\\n' ' ' | sed 's/ *$//')"; }
until_ok() { for _ in $(seq 300); do "$@" && return 0; sleep 0.1; done; return 1; }
banner() { exec 9<>/dev/tcp/127.0.0.1/22 && read -r -t 20 line <&9 && exec 9>&-; printf '%s' "$line" | cut -d- -f1,2; }
http() { exec 9<>/dev/tcp/127.0.0.1/80 && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&9 && head -n 1 <&9 | tr -d '\\r'; exec 9>&-; }
main_pid() { systemctl show -p MainPID --value "$1"; }
daemons() { for p in /proc/[0-9]*; do cat $p/comm 2>/dev/null; done | grep -E '^(nginx|redis-server|cron|sshd|dbus-daemon)$' | sort | uniq -c | tr -s ' ' | sed 's/^ //'; }

say init "$(cat /proc/1/comm)"
say target "$(systemctl is-active multi-user.target)"
say services "$(systemctl is-active nginx redis-server cron ssh dbus)"
say failed "$(systemctl list-units --failed --no-legend --plain | cut -d' ' -f1)"
say http "$(http)"
say redis "$(redis-cli ping)"
say ssh "$(banner)"
say bus "$(dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.ListNames >/dev/null && echo answers)"

before=$(main_pid redis-server)
kill -KILL "$before"
back() { now=$(main_pid redis-server); [ "$now" != 0 ] && [ "$now" != "$before" ] && [ "$(redis-cli ping 2>/dev/null)" = PONG ]; }
until_ok back && say 'redis after a crash' "$(redis-cli ping)"

pids="$(main_pid nginx) $(main_pid cron) $(main_pid ssh) $(main_pid dbus)"
manager() { for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -q -- '^/opt/tysd/tysd --process=manager' && basename $p; done; }
killed=$(manager)
kill -KILL "$killed"
say 'after the manager died' "$(systemctl is-active nginx redis-server cron ssh dbus)"
[ "$pids" = "$(main_pid nginx) $(main_pid cron) $(main_pid ssh) $(main_pid dbus)" ] && say 'same processes' yes
another() { [ -n "$(manager)" ] && [ "$(manager)" != "$killed" ]; }
until_ok another && say 'another manager' yes

say reload "$(systemctl reload nginx && http)"

systemctl stop ssh.service
systemctl start ssh.socket
say 'socket waits' "$(systemctl is-active ssh.socket ssh.service)"
say 'ssh by socket' "$(banner)"
say 'socket activated' "$(systemctl is-active ssh.socket ssh.service)"

systemctl stop nginx redis-server cron ssh.socket ssh.service
say 'after stop' "$(daemons)"
systemctl start nginx redis-server
say 'started again' "$(systemctl is-active nginx redis-server)"
`;

/** Runs outside: asks PID 1 to power off, as container managers do, and looks at what is left in the cgroup. */
const hook = `
exec 3< "/proc/$PID1/root/var/lib/tysd"
kill -s RTMIN+4 "$PID1"
for _ in $(seq 600); do [ -d "/proc/$PID1" ] || break; sleep 0.1; done
[ -d "/proc/$PID1" ] && echo 'init: still there'
left=$(find "$CGROUP" -name cgroup.procs -exec cat {} + | grep -c .)
echo "left: $left"
`;

describe('a Debian root directory with nginx, redis, cron, sshd and dbus', { skip: why }, () => {
  let booted: Booted;
  let facts: Readonly<Record<string, string>>;

  before(
    () => {
      buildTysd();
      booted = boot({
        rootfs: debianImage(packages, { systemd: false }),
        target: 'multi-user.target',
        script,
        hook,
        manager: 'tysd',
        timeoutSec: 180,
      });
      facts = Object.fromEntries(
        booted.output
          .split('\n')
          .flatMap((line) => (line.includes(': ') ? [[line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]] : [])),
      );
    },
    { timeout: 1_200_000 },
  );

  test('tysd as PID 1 reaches multi-user.target, and the daemons do what they are for', () => {
    const detail = `${booted.output}\n${booted.errors}\n${booted.console}`;
    assert.deepEqual(
      {
        init: facts['init'],
        target: facts['target'],
        services: facts['services'],
        http: facts['http'],
        redis: facts['redis'],
        ssh: facts['ssh'],
        bus: facts['bus'],
      },
      {
        init: 'tysd-keeper',
        target: 'active',
        services: 'active active active active active',
        http: 'HTTP/1.1 200 OK',
        redis: 'PONG',
        ssh: 'SSH-2.0',
        bus: 'answers',
      },
      detail,
    );
  });

  test('no unit of the image failed', () => {
    assert.equal(facts['failed'] ?? '', '', booted.output);
  });

  test('a redis that crashed comes back', () => {
    assert.equal(facts['redis after a crash'], 'PONG', booted.output);
  });

  test('a manager that is killed is back at once, and the daemons are the same processes', () => {
    assert.deepEqual(
      [facts['after the manager died'], facts['same processes'], facts['another manager']],
      ['active active active active active', 'yes', 'yes'],
      booted.output,
    );
  });

  test('nginx reloads', () => {
    assert.equal(facts['reload'], 'HTTP/1.1 200 OK', booted.output);
  });

  test('ssh.socket starts sshd when somebody connects', () => {
    assert.deepEqual(
      [facts['socket waits'], facts['ssh by socket'], facts['socket activated']],
      ['active inactive', 'SSH-2.0', 'active active'],
      booted.output,
    );
  });

  test('stop leaves no process of the services, and they start again', () => {
    assert.deepEqual([facts['after stop'], facts['started again']], ['1 dbus-daemon', 'active active'], booted.output);
  });

  test('a shutdown leaves nothing running', () => {
    assert.deepEqual([facts['init'] === 'still there', facts['left']], [false, '0'], booted.output);
  });
});
