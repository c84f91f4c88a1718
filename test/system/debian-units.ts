import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from './image.ts';

/** Packages whose units say much about how their services run. */
const packages =
  'acpid anacron apt-cacher-ng avahi-daemon bind9 bluez bolt btrfsmaintenance chrony colord corosync cron dnsmasq e2fsprogs exim4-base ' +
  'fail2ban fwupd geoclue-2.0 haproxy haveged iio-sensor-proxy irqbalance keepalived knot-resolver logrotate low-memory-monitor lxc lxcfs ' +
  'man-db mdadm memcached modemmanager mosquitto network-manager nginx-common nsd openssh-server plocate polkitd postgresql-common ' +
  'power-profiles-daemon proftpd-core qemu-guest-agent radvd redis-server rsync rtkit smartmontools squid switcheroo-control sysstat ' +
  'systemd-coredump systemd-homed systemd-oomd systemd-resolved systemd-timesyncd tang tgt thermald tor transmission-daemon udev udisks2 ' +
  'unbound upower usbguard uwsgi-emperor varnish vnstat';

const unpack = `set -e
  apt-get download -qq "$@"
  for deb in *.deb; do
    package=$(dpkg-deb -f "$deb" Package)
    mkdir "$package"
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$package" --wildcards --transform 's:.*/systemd/system/::' '*/systemd/system/*'
    rm "$deb"
  done`;

/** Directories with the unit files of many Debian packages, one for each package; they are fetched once, and kept in the cache directory. */
export function debianUnits(): readonly string[] {
  const names = packages.split(' ');
  const all = cached('units', names, (partial) => {
    mkdirSync(partial);
    const made = spawnSync('bash', ['-c', unpack, 'bash', ...names], { cwd: partial, encoding: 'utf8' });
    return made.status === 0 ? undefined : `${made.stderr}(needs the lists of apt-get update)`;
  });
  return readdirSync(all).map((name) => join(all, name));
}
