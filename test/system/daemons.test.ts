// Daemons of all kinds from Debian's packages, their unit files untouched, in one image that is booted by systemd and by tysd.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { boot, type Booted } from './container.ts';
import { buildTysd } from './dist.ts';
import { debianImage, whyNoImage } from './image.ts';

const packages = (
  'apache2 at avahi-daemon dbus dnsmasq exim4-daemon-light haproxy libfcgi-bin lighttpd memcached mosquitto ' +
  'mosquitto-clients netcat-openbsd php8.2-fpm polkitd postgresql redis-sentinel redis-server rsyslog'
).split(' ');

/** Two web servers share the machine; a name server and PHP have something to answer; what is left out is no daemon's. */
const setup = `set -e
sed -i 's/^server.port .*/server.port = 8081/' etc/lighttpd/lighttpd.conf
printf 'no-resolv\\nno-hosts\\naddress=/daemons.test/192.0.2.7\\n' >etc/dnsmasq.d/daemons.conf
rm -f etc/resolv.conf; echo 'nameserver 127.0.0.1' >etc/resolv.conf
echo '<?php echo 6 * 7;' >srv/answer.php
# The first two speak with systemd itself (docs/migrating.md), the last comes and goes with the terminal.
for unit in systemd-update-utmp systemd-update-utmp-runlevel console-getty; do ln -s /dev/null etc/systemd/system/$unit.service; done
`;

const units = (
  'apache2 atd avahi-daemon dbus dnsmasq exim4 haproxy lighttpd memcached mosquitto php8.2-fpm polkit ' +
  'postgresql postgresql@15-main redis-sentinel redis-server rsyslog'
).split(' ');

/** What each daemon is asked, with its answer. */
const questions: Readonly<Record<string, readonly [question: string, answer: string]>> = {
  apache2: ['http 80', 'HTTP/1.1 200 OK'],
  atd: ['at_runs', 'ran'],
  'avahi-daemon': ["echo HELP | nc -W 1 -w 20 -U /run/avahi-daemon/socket | grep -c RESOLVE-HOSTNAME | sed 's/[1-9]/knows/'", 'knows'],
  dnsmasq: ['getent hosts daemons.test | sed -n "1s/ .*//p"', '192.0.2.7'],
  exim4: ['exec 9<>/dev/tcp/127.0.0.1/25; read -r -t 30 line <&9; echo ${line%% *}', '220'],
  haproxy: ["echo 'show info' | nc -w 20 -U /run/haproxy/admin.sock | sed -n 's/^Name: //p'", 'HAProxy'],
  lighttpd: ['http 8081', 'HTTP/1.0 200 OK'],
  memcached: [
    "printf 'set a 0 0 2\\r\\nhi\\r\\nget a\\r\\nquit\\r\\n' | nc -w 20 127.0.0.1 11211 | tr -d '\\r' | tr '\\n' ' '",
    'STORED VALUE a 0 2 hi END',
  ],
  mosquitto: ['mosquitto_pub -r -t words -m hello && mosquitto_sub -t words -C 1 -W 20', 'hello'],
  'php8.2-fpm': ['SCRIPT_FILENAME=/srv/answer.php REQUEST_METHOD=GET cgi-fcgi -bind -connect /run/php/php8.2-fpm.sock | tail -n 1', '42'],
  polkit: ['dbus-send --system --print-reply --dest=org.freedesktop.PolicyKit1 / org.freedesktop.DBus.Peer.Ping | sed "s/ .*//"', 'method'],
  'postgresql@15-main': [`setpriv --reuid=postgres --regid=postgres --init-groups psql -Atc 'select 6 * 7'`, '42'],
  'redis-sentinel': ['redis-cli -p 26379 ping', 'PONG'],
  'redis-server': ['redis-cli ping', 'PONG'],
  rsyslog: ['logger -t daemons said; until_ok grep -q "daemons: said" /var/log/syslog && echo stored', 'stored'],
};

const script = `#!/bin/bash
PATH=/opt/tysd:$PATH
until_ok() { for _ in $(seq 300); do "$@" && return 0; sleep 0.1; done; return 1; }
http() { exec 9<>/dev/tcp/127.0.0.1/$1 && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&9 && head -n 1 <&9 | tr -d '\\r'; }
at_runs() { rm -f /run/at; echo 'echo ran >/run/at' | at now 2>/dev/null; until_ok grep -qs ran /run/at && cat /run/at; }
main_pid() { systemctl show -p MainPID --value "$1"; }
state() { echo "$1 $(systemctl show -p Type,ActiveState,SubState,Result,NRestarts,UnitFileState,MainPID "$1" | sed 's/MainPID=[1-9].*/MainPID=set/' | sort | tr '\\n' ' ')"; }
ask_all() {
${Object.entries(questions)
  .map(([name, [question]]) => `  (echo "$1 ${name}: $(${question})")`)
  .join('\n')}
}
states() { for unit in ${units.join(' ')}; do state $unit; done | sed "s/^/$1 /"; }

systemctl is-system-running --wait
systemctl list-units --all --no-legend --plain --full | awk '$1 != "opt-tysd.mount" { print "unit", $1, $2, $3, $4 }' | sort
states booted
ask_all booted
echo "journal: $(timeout 60 journalctl -q -o cat -u mosquitto | grep ^Started)"

systemctl reload apache2 haproxy php8.2-fpm mosquitto postgresql; echo "reload ended with $?"
systemctl restart ${units.filter((unit) => unit !== 'dbus').join(' ')}; echo "restart ended with $?"
until_ok pg_isready -q
states restarted
ask_all restarted

for unit in haproxy redis-sentinel memcached; do
  before=$(main_pid $unit)
  kill -KILL "$before"
  back() { now=$(main_pid $unit); [ "$now" != 0 ] && [ "$now" != "$before" ] && [ "$(systemctl is-active $unit)" = active ]; }
  until_ok back && state $unit | sed 's/^/killed /'
done

systemctl stop avahi-daemon.service; systemctl is-active avahi-daemon.service avahi-daemon.socket
echo HELP | nc -W 1 -w 20 -U /run/avahi-daemon/socket | grep -c RESOLVE-HOSTNAME | sed 's/[1-9]/knows/'
systemctl is-active avahi-daemon.service avahi-daemon.socket
systemctl start phpsessionclean.timer; state phpsessionclean.timer
systemctl start phpsessionclean.service; state phpsessionclean.service

systemctl stop avahi-daemon.socket syslog.socket postgresql@15-main ${units.filter((unit) => unit !== 'dbus').join(' ')} 2>/dev/null; echo "stop ended with $?"
states stopped
ps -eo comm --no-headers | grep -E '^(apache2|atd|avahi|dnsmasq|exim4|haproxy|lighttpd|memcached|mosquitto|php-fpm|polkitd|postgres|redis|rsyslogd)' | sort
`;

describe('daemons of all kinds in one image', { skip: whyNoImage() }, () => {
  let systemd: Booted;
  let tysd: Booted;

  before(
    () => {
      buildTysd();
      const request = {
        rootfs: debianImage(packages, { systemd: true }),
        target: 'multi-user.target',
        setup,
        script,
        profile: 'bare',
        timeoutSec: 240,
      } as const;
      systemd = boot({ ...request, manager: 'systemd' });
      tysd = boot({ ...request, manager: 'tysd' });
    },
    { timeout: 1_200_000 },
  );

  for (const when of ['booted', 'restarted']) {
    test(`each does what it is for, once ${when}`, () => {
      const wanted = Object.fromEntries(Object.entries(questions).map(([name, [, answer]]) => [name, answer]));
      const answers = ({ output }: Booted): Readonly<Record<string, string>> =>
        Object.fromEntries(Object.keys(questions).map((name) => [name, answerOf(output, `${when} ${name}: `)]));
      assert.deepEqual({ systemd: answers(systemd), tysd: answers(tysd) }, { systemd: wanted, tysd: wanted });
    });
  }

  test('the states of all units, at each step, are those under systemd', () => {
    const [wanted, got] = [systemd, tysd].map(({ output }) => output.trim().split('\n'));
    assert.deepEqual([wanted?.[0], wanted?.includes('stop ended with 0')], ['running', true], systemd.errors);
    assert.deepEqual(
      { systemd: wanted?.filter((line) => got?.includes(line) !== true), tysd: got?.filter((line) => wanted?.includes(line) !== true) },
      { systemd: [], tysd: [] },
      tysd.errors,
    );
  });
});

function answerOf(output: string, prefix: string): string {
  const line = output.split('\n').find((one) => one.startsWith(prefix));
  return line?.slice(prefix.length).trim() ?? 'nothing';
}
