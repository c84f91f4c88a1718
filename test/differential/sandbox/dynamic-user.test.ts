import { compareProbes } from './compare.ts';

const look = ['ids', 'environment HOME LOGNAME USER SHELL'] as const;

compareProbes('the user that a service has for as long as it runs', {
  'DynamicUser=': { unit: 'DynamicUser=yes', look },
  'DynamicUser= with a name': { unit: 'DynamicUser=yes\nUser=chosen', look },
  'DynamicUser= with the name of an account': { unit: 'DynamicUser=yes\nUser=probe', look },
  'DynamicUser= with a group': { unit: 'DynamicUser=yes\nGroup=extra', look },
  'DynamicUser= with a group that there is not': {
    unit: 'DynamicUser=yes\nUser=chosen\nGroup=chosen-group\nStateDirectory=NAME',
    look: [...look, 'paths /var/lib/private/NAME'],
  },
  'DynamicUser= with an account and a group that there is not': { unit: 'DynamicUser=yes\nUser=probe\nGroup=other-group', look },
  'DynamicUser= with the same name for both': { unit: 'DynamicUser=yes\nUser=both\nGroup=both', look },
  'DynamicUser= as it is shown': {
    unit: 'DynamicUser=yes\nRemainAfterExit=yes',
    look,
    after: 'systemctl show -p UID,GID,User,Group NAME; systemctl stop NAME; systemctl show -p UID,GID NAME',
  },
  'DynamicUser= with groups': { unit: 'DynamicUser=yes\nSupplementaryGroups=audio', look },
  '1 dynamic user of a unit whose name is no user': { unit: 'DynamicUser=yes', look },
  'DynamicUser= and credentials': { unit: 'DynamicUser=yes\nSetCredential=a:b', look: ['credentials'] },
  'DynamicUser= in control processes': { unit: 'DynamicUser=yes\nExecStartPre=PROBE\nExecStart=PROBE\nExecStopPost=PROBE', look },
});
