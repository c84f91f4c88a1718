import { compiledLibrary } from '../run/both.ts';
import { compareProbes } from './compare.ts';

const setup = "printf 'passwd: files made\\ngroup: files made\\n' >etc/nsswitch.conf";
const programs = { '/lib/x86_64-linux-gnu/libnss_made.so.2': () => compiledLibrary(import.meta.dirname, ['nss-made.c']) };

compareProbes(
  'names that only the name service knows',
  {
    'User= of the name service': { unit: 'User=remote', look: ['ids', 'environment', 'caps'] },
    'User= of the name service by number': { unit: 'User=70000', look: ['ids', 'environment'] },
    'Group= of the name service': { unit: 'User=probe\nGroup=team', look: ['ids'] },
    'Group= of the name service by number': { unit: 'Group=70004', look: ['ids'] },
    'SupplementaryGroups= of the name service': { unit: 'User=remote\nSupplementaryGroups=team adm', look: ['ids'] },
    'groups of a user of the files': { unit: 'User=probe', look: ['ids', 'environment'] },
    'User= that nobody knows': { unit: 'User=stranger', look: ['ids'] },
    'User= by a number that nobody knows': { unit: 'User=70005', look: ['ids'] },
    'Group= that nobody knows': { unit: 'User=remote\nGroup=stranger', look: ['ids'] },
    'a directory of such a user': {
      unit: 'User=remote\nStateDirectory=NAME\nExecStartPre=+stat -c %%U:%%G:%%a /var/lib/NAME',
      look: ['ids', 'environment STATE_DIRECTORY'],
      after: 'stat -c %u:%g:%a /var/lib/NAME',
    },
    'a dynamic user of such a name': { unit: 'DynamicUser=yes\nUser=remote', look: ['ids', 'environment'] },
    'the commands that end the service': { unit: 'User=remote\nExecStopPost=PROBE', look: ['ids'] },
  },
  { setup, programs },
);
