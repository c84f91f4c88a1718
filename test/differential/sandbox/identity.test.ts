import { compareProbes } from './compare.ts';

compareProbes('who a process is', {
  'without settings': { unit: '', look: ['ids', 'caps', 'limits', 'scheduling', 'signals', 'namespaces', 'cgroup', 'streams', 'seccomp'] },
  'User= of an account': { unit: 'User=probe', look: ['ids', 'caps', 'environment', 'streams'] },
  'User= by number': { unit: 'User=1000', look: ['ids', 'environment'] },
  'User= by number without an account': { unit: 'User=4242', look: ['ids', 'environment'] },
  'User= that does not exist': { unit: 'User=nobody-knows', look: ['ids'] },
  'Group= alone': { unit: 'Group=extra', look: ['ids'] },
  'Group= by number': { unit: 'Group=4242', look: ['ids'] },
  'Group= that does not exist': { unit: 'User=probe\nGroup=nobody-knows', look: ['ids'] },
  'User= and Group=': { unit: 'User=probe\nGroup=adm', look: ['ids'] },
  'SupplementaryGroups=': { unit: 'User=probe\nSupplementaryGroups=adm audio 4242', look: ['ids'] },
  'SupplementaryGroups= without User=': { unit: 'SupplementaryGroups=adm audio', look: ['ids'] },
  'SupplementaryGroups= that do not exist': { unit: 'SupplementaryGroups=adm nobody-knows', look: ['ids'] },
  'User=nobody': { unit: 'User=nobody', look: ['ids', 'environment'] },
  'User=nobody by number': { unit: 'User=65534', look: ['ids', 'environment'] },
  'User= that is reset': { unit: 'User=probe\nUser=', look: ['ids', 'environment'] },
  'User=root': { unit: 'User=root', look: ['ids', 'environment'] },
});

compareProbes('what a plain process sees', {
  'every section': {
    unit: '',
    look: ['environment', 'mounts', 'credentials', 'tty', 'calls', 'paths /etc /dev /dev/null /dev/ /run/t /nonexistent =/etc/hostname'],
  },
  'every section of a user': {
    unit: 'User=probe',
    look: ['environment', 'credentials', 'tty', 'calls', 'paths /etc /dev/null /run/t /root /nonexistent =/etc/shadow'],
  },
  'limits of the resources of a process': {
    unit: 'LimitNOFILE=100:200\nLimitNPROC=infinity\nLimitCORE=0\nLimitNICE=+5\nLimitRTTIME=10ms\nLimitFSIZE=1G:2G',
    look: ['limits'],
  },
  'what it has at all times': {
    unit: 'Nice=5\nOOMScoreAdjust=100\nIOSchedulingClass=idle\nUMask=0027\nIgnoreSIGPIPE=no',
    look: ['scheduling', 'signals'],
  },
  'a program that does not exist': {
    unit: 'ExecStart=/nonexistent\nExecStopPost=PROBE',
    look: ['environment EXIT_CODE EXIT_STATUS SERVICE_RESULT'],
  },
  'a working directory that does not exist': { unit: 'WorkingDirectory=/nonexistent', look: ['ids'] },
});
