import { compareProbes } from './compare.ts';

/** How many messages of the unit the journal has, when it has one that came after them. */
const told = `logger -t NAME-mark later; until_ok sh -c 'journalctl -o cat SYSLOG_IDENTIFIER=NAME-mark | grep later' >/dev/null
  journalctl -o cat SYSLOG_IDENTIFIER=NAME | grep -c one`;

compareProbes(
  'who can log by a socket',
  {
    'syslog with a private /dev': { unit: 'PrivateDevices=yes\nExecStart=/bin/logger -t NAME one', look: ['ids'], after: told },
    'syslog with a /run of its own': {
      unit: 'TemporaryFileSystem=/run\nBindLogSockets=yes\nExecStart=-/bin/logger -t NAME one',
      look: ['ids'],
      after: told,
      differs: [{ systemd: '0', tysd: '1', why: 'systemd 252 has no BindLogSockets=' }],
    },
    'syslog in another root': {
      unit: 'RootDirectory=/jail\nPrivateDevices=yes\nExecStart=-/bin/logger -t NAME one',
      look: ['ids'],
      after: told,
      differs: [{ systemd: '0', tysd: '1', why: 'systemd 252 does not bind the sockets; 257 does' }],
    },
    'no syslog in another root': {
      unit: 'RootDirectory=/jail\nPrivateDevices=yes\nBindLogSockets=no\nExecStart=-/bin/logger -t NAME one',
      look: ['ids'],
      after: told,
    },
  },
  {
    setup: `
mkdir -p jail/usr jail/etc jail/tmp
for d in bin lib lib64 sbin; do [ -L $d ] && cp -a $d jail/$d; done
cp -a usr/. jail/usr/`,
  },
);
