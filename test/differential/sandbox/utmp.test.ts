import { compareProbes, type Probe } from './compare.ts';

/**
 * What both files have of an id, without times and numbers of processes, as soon as the unit is stopped. Others write to them at the same time, each under an id of its own.
 */
const noted = (id: string, unit: string): Probe => ({
  unit: `UtmpIdentifier=${id}\n${unit}`,
  look: ['ids'],
  before: ': >>/run/utmp',
  after: `
    id=$(printf %s '${id}' | tail -c 4)
    told() { utmpdump "$1" 2>/dev/null | LC_ALL=C grep "\\[$id *\\]" | sed -E 's/^\\[([0-9]+)\\] \\[[0-9]+\\]/\\1/; s/\\[[0-9]{4}-[0-9T:,+-]+\\]//'; }
    told /run/utmp; echo history; told /var/log/wtmp`,
});

compareProbes(
  'records of logins',
  {
    'a process of init': noted('aa', 'User=probe'),
    'a process that waits for a login': noted('bb', 'UtmpMode=login\nUser=probe\nTTYPath=/dev/tty3'),
    'a user that is logged in': noted('cc', 'UtmpMode=user\nUser=probe\nTTYPath=/dev/pts/7'),
    'a user of no name': noted('dd', 'UtmpMode=user'),
    'an id that is too long': noted('a-long-id-ee', 'UtmpMode=user\nUser=probe'),
    'a process that fails': noted('ff', 'UtmpMode=login\nExecStart=/bin/sh -c "exit 7"\nSuccessExitStatus=7'),
    'a process that is killed': noted('gg', 'ExecStart=/bin/sh -c "kill -9 $$$$"\nSuccessExitStatus=SIGKILL'),
    'a program that does not exist': noted('hh', 'ExecStart=/nonexistent'),
    'several commands': noted('ii', 'ExecStartPre=/bin/true\nExecStartPost=/bin/true\nExecStopPost=/bin/true'),
  },
  { setup: 'mkdir -p var/log; : >var/log/wtmp' },
);
