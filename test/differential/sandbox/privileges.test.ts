import { compareProbes, type Probe } from './compare.ts';

const caps = (unit: string): Probe => ({ unit, look: ['ids', 'caps'] });

compareProbes('which privileges a process has', {
  'CapabilityBoundingSet=': caps('CapabilityBoundingSet=CAP_CHOWN CAP_NET_ADMIN'),
  'CapabilityBoundingSet= without some': caps('CapabilityBoundingSet=~CAP_SYS_ADMIN CAP_SYS_PTRACE'),
  'CapabilityBoundingSet= that adds up': caps(
    'CapabilityBoundingSet=CAP_CHOWN CAP_KILL\nCapabilityBoundingSet=~CAP_KILL\nCapabilityBoundingSet=CAP_FOWNER',
  ),
  'CapabilityBoundingSet= of none': caps('CapabilityBoundingSet='),
  'CapabilityBoundingSet= of all but none': caps('CapabilityBoundingSet=~'),
  'CapabilityBoundingSet= by number': caps('CapabilityBoundingSet=0 5'),
  'CapabilityBoundingSet= of a user': caps('User=probe\nCapabilityBoundingSet=CAP_CHOWN'),
  'AmbientCapabilities= of a user': caps('User=probe\nAmbientCapabilities=CAP_NET_BIND_SERVICE CAP_KILL'),
  'AmbientCapabilities= of root': caps('AmbientCapabilities=CAP_NET_BIND_SERVICE'),
  'AmbientCapabilities= of User=root': caps('User=root\nAmbientCapabilities=CAP_NET_BIND_SERVICE'),
  'AmbientCapabilities= beyond the bounding set': caps('User=probe\nCapabilityBoundingSet=CAP_KILL\nAmbientCapabilities=CAP_CHOWN'),
  'AmbientCapabilities= all but some': caps('User=probe\nAmbientCapabilities=~CAP_SYS_ADMIN'),
  'AmbientCapabilities= that the machine does not have': caps('User=probe\nAmbientCapabilities=CAP_SYS_MODULE'),
  'AmbientCapabilities= with NoNewPrivileges=': caps('User=probe\nAmbientCapabilities=CAP_NET_RAW\nNoNewPrivileges=yes'),
  'SecureBits= of root': caps('SecureBits=noroot noroot-locked'),
  'SecureBits=keep-caps': caps('SecureBits=keep-caps'),
  'SecureBits= of a user': caps('User=probe\nSecureBits=keep-caps no-setuid-fixup'),
  'SecureBits= with AmbientCapabilities=': caps('User=probe\nSecureBits=noroot keep-caps-locked\nAmbientCapabilities=CAP_CHOWN'),
  'NoNewPrivileges=': caps('NoNewPrivileges=yes'),
  'NoNewPrivileges= of a user': caps('User=probe\nNoNewPrivileges=yes'),
  'a full privilege': caps('User=probe\nNoNewPrivileges=yes\nCapabilityBoundingSet=CAP_CHOWN\nSecureBits=noroot\nExecStart=+PROBE'),
  'no change of the user': caps('User=probe\nAmbientCapabilities=CAP_KILL\nCapabilityBoundingSet=CAP_CHOWN CAP_KILL\nExecStart=!PROBE'),
  'no change of the user where the kernel is old': caps('User=probe\nAmbientCapabilities=CAP_KILL\nExecStart=!!PROBE'),
  'what takes capabilities': { unit: 'ProtectKernelLogs=yes\nProtectKernelModules=yes', look: ['caps'] },
});

const ids = (unit: string): Probe => ({ unit, look: ['ids'] });

compareProbes('which groups a process has that stays root', {
  'a full privilege': ids('User=probe\nExecStart=+PROBE'),
  'no change of the user': ids('User=probe\nExecStart=!PROBE'),
  'with SupplementaryGroups=': ids('User=probe\nSupplementaryGroups=adm audio\nExecStart=+PROBE'),
  'with SupplementaryGroups= alone': ids('SupplementaryGroups=adm audio\nExecStart=!PROBE'),
  'with Group=': ids('User=probe\nGroup=extra\nExecStart=!PROBE'),
  'with Group= alone': ids('Group=extra\nExecStart=+PROBE'),
  'with Group=root': ids('User=probe\nGroup=root\nSupplementaryGroups=adm\nExecStart=+PROBE'),
  'with User=root': ids('User=root\nSupplementaryGroups=adm\nExecStart=+PROBE'),
  'in a user namespace': ids('User=probe\nPrivateUsers=yes\nExecStart=!PROBE'),
  'before and after the main process': {
    unit: `User=probe\nExecStartPre=!/probe -o /run/t/NAME.pre @ids\nExecStart=PROBE\nExecStopPost=+/probe -o /run/t/NAME.post @ids`,
    look: ['ids'],
    after: 'cat /run/t/NAME.pre /run/t/NAME.post',
  },
  'of a dynamic user': {
    unit: `DynamicUser=yes\nSupplementaryGroups=adm\nExecStart=+/bin/sh -c 'id -G | wc -w >/run/t/NAME.told'`,
    look: [],
  },
});

const labels: Probe['look'] = ['ids', 'caps'];

// This machine has none of these modules, so this says what becomes of a label where that is so.
compareProbes('labels where there is no module for them', {
  'SELinuxContext=': { unit: 'SELinuxContext=system_u:system_r:a_t:s0', look: labels },
  'SELinuxContext= that may be without effect': { unit: 'SELinuxContext=-system_u:system_r:a_t:s0', look: labels },
  'AppArmorProfile=': { unit: 'AppArmorProfile=nothing', look: labels },
  'AppArmorProfile= that may be without effect': { unit: 'AppArmorProfile=-nothing', look: labels },
  'SmackProcessLabel=': { unit: 'SmackProcessLabel=nothing', look: labels },
  'labels of all of them, of a user': {
    unit: 'User=probe\nSELinuxContext=a_t\nAppArmorProfile=a\nSmackProcessLabel=a',
    look: labels,
  },
});

const keyring = (unit: string): Probe => ({ unit, look: ['keyring'] });

compareProbes('which keys a process has', {
  'no KeyringMode=': keyring(''),
  'no KeyringMode=, of a user': keyring('User=probe'),
  'KeyringMode=inherit': keyring('KeyringMode=inherit'),
  'KeyringMode=private': keyring('KeyringMode=private\nUser=probe'),
  'KeyringMode=shared': keyring('KeyringMode=shared'),
  'KeyringMode=shared of a user': keyring('KeyringMode=shared\nUser=probe\nGroup=extra'),
});
