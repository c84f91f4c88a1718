import { existsSync } from 'node:fs';
import { compiledLibrary } from '../run/both.ts';
import { compareProbes } from './compare.ts';

const hasPam = existsSync('/usr/include/security/pam_appl.h');

/** A module that notes when sessions are opened and closed, by whom and with what, and does to its caller what real ones do. */
const programs = { '/lib/x86_64-linux-gnu/security/pam_noted.so': () => compiledLibrary(import.meta.dirname, ['pam-noted.c']) };

const stack = (...lines: readonly string[]): string => ['account required pam_permit.so', ...lines, ''].join('\\n');

const setup = `
mkdir -p etc/security
printf '${stack('session required pam_noted.so')}' >etc/pam.d/probe-plain
printf '${stack('session required pam_env.so conffile=/etc/security/probe-env', 'session required pam_noted.so')}' >etc/pam.d/probe-env
printf 'PAM_MADE DEFAULT=made\\nPAM_USER_IS DEFAULT=@{PAM_USER}\\nHOME DEFAULT=/pam/home\\n' >etc/security/probe-env
printf '${stack('session required pam_limits.so conf=/etc/security/probe-limits')}' >etc/pam.d/probe-limits
printf 'probe hard nofile 333\\nprobe soft nofile 222\\nprobe - nice 0\\nprobe hard core 4096\\n' >etc/security/probe-limits
printf 'account required pam_deny.so\\nsession required pam_noted.so\\n' >etc/pam.d/probe-denied
printf '${stack('session required pam_noted.so', 'session required pam_deny.so')}' >etc/pam.d/probe-closed
printf 'account required pam_nonexistent.so\\n' >etc/pam.d/probe-broken
`;

/** What the module noted of the unit's sessions, once it has noted the end of the last. */
const noted = (times: number): string => `
  until_ok sh -c '[ "$(grep -c close /run/t/NAME.pam)" -ge ${times} ]'
  sed -E 's/pid=[0-9]+/pid/' /run/t/NAME.pam`;

compareProbes(
  'a service in a PAM session',
  hasPam
    ? {
        'a session is opened before privileges go, and closed when the service ends': {
          unit: 'User=probe\nPAMName=probe-plain\nEnvironment=PAM_NOTES=/run/t/NAME.pam',
          look: ['ids', 'caps', 'environment', 'limits', 'signals', 'scheduling', 'cgroup', 'streams', 'tty'],
          after: noted(1),
        },
        'each command has a session of its own': {
          unit: 'User=probe\nPAMName=probe-plain\nEnvironment=PAM_NOTES=/run/t/NAME.pam\nExecStartPre=/bin/true\nExecStartPre=+/bin/true\nExecStopPost=PROBE',
          look: ['ids'],
          after: noted(3),
        },
        'the environment is what the session makes of it': {
          unit: 'User=probe\nPAMName=probe-env\nEnvironment=PAM_NOTES=/run/t/NAME.pam OWN=1\nUnsetEnvironment=GONE',
          look: ['environment'],
          after: noted(1),
        },
        'limits of the session are stronger than those of the unit': {
          unit: 'User=probe\nPAMName=probe-limits\nLimitNOFILE=100\nLimitCORE=0:8192\nLimitFSIZE=1G',
          look: ['limits', 'ids', 'scheduling'],
        },
        'groups of the session are added': {
          unit: 'User=probe\nPAMName=probe-plain\nSupplementaryGroups=adm\nEnvironment=PAM_NOTES=/run/t/NAME.pam PAM_GROUP=4242',
          look: ['ids'],
          after: noted(1),
        },
        'an account that is refused': { unit: 'User=probe\nPAMName=probe-denied', look: ['ids'] },
        'a session that is refused': { unit: 'User=probe\nPAMName=probe-closed\nEnvironment=PAM_NOTES=/run/t/NAME.pam', look: ['ids'] },
        'a module that is not there': { unit: 'User=probe\nPAMName=probe-broken', look: ['ids'] },
        'PAMName= without User=': { unit: 'PAMName=probe-denied', look: ['ids', 'caps'] },
        'PAMName= of root': {
          unit: 'User=root\nPAMName=probe-plain\nEnvironment=PAM_NOTES=/run/t/NAME.pam',
          look: ['ids', 'caps', 'environment'],
          after: noted(1),
        },
        'a session in a sandbox': {
          unit: [
            'User=probe\nPAMName=probe-plain\nEnvironment=PAM_NOTES=/run/t/NAME.pam\nAmbientCapabilities=CAP_NET_RAW',
            'CapabilityBoundingSet=CAP_NET_RAW CAP_CHOWN\nSecureBits=noroot\nNoNewPrivileges=yes\nPrivateTmp=yes\nProtectSystem=strict',
            'ProtectHome=yes\nPrivateDevices=yes\nReadWritePaths=/run/t\nSystemCallFilter=~chmod fchmod fchmodat\nRuntimeDirectory=NAME',
            'LoadCredential=a:/etc/hostname\nUMask=0027\nNice=3\nWorkingDirectory=~',
          ].join('\n'),
          look: ['ids', 'caps', 'environment', 'mounts', 'credentials', 'seccomp', 'calls', 'scheduling', 'namespaces', 'streams'],
          after: noted(1),
        },
        'a terminal that the session is on': {
          unit: 'User=probe\nPAMName=probe-plain\nEnvironment=PAM_NOTES=/run/t/NAME.pam\nTTYPath=/dev/null',
          look: ['ids'],
          after: noted(1),
        },
        'a program that does not exist': {
          unit: 'User=probe\nPAMName=probe-plain\nEnvironment=PAM_NOTES=/run/t/NAME.pam\nExecStart=/nonexistent',
          look: ['ids'],
          after: noted(1),
        },
        'a dynamic user': {
          unit: 'DynamicUser=yes\nUser=probe\nPAMName=probe-plain\nEnvironment=PAM_NOTES=/run/t/NAME.pam\nReadWritePaths=/run/t',
          look: ['ids', 'environment'],
          after: noted(1),
        },
        'the guard of the session is a process of the unit, and ends with it': {
          unit: [
            'Type=simple\nUser=probe\nPAMName=probe-plain\nEnvironment=PAM_NOTES=/run/t/NAME.pam',
            "ExecStart=/bin/sh -c 'until [ -e /run/t/NAME.go ]; do sleep 0.1; done'\nExecStartPost=+/bin/sh /run/t/NAME.sh",
          ].join('\n'),
          look: ['ids'],
          before: `cat >/run/t/NAME.sh <<'END'
            exec 2>/dev/null
            until [ "$(for pid in $(cat /sys/fs/cgroup/system.slice/NAME.service/cgroup.procs); do cat /proc/$pid/comm; done | grep -c -e sd-pam -e '^sh$')" -ge 3 ]; do sleep 0.1; done
            for pid in $(cat /sys/fs/cgroup/system.slice/NAME.service/cgroup.procs); do
              [ "$(cat /proc/$pid/comm)" = '(sd-pam)' ] && grep -E '^(Uid|Gid|Groups|SigBlk|SigIgn|CapEff)' /proc/$pid/status >>/run/t/NAME.told
            done
            touch /run/t/NAME.go
END`,
          after: noted(1),
        },
      }
    : {},
  { setup, programs },
);
