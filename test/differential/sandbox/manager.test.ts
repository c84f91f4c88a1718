import { compareProbes, type Probe } from './compare.ts';

/** Files of the manager's configuration, with what it says of itself and so of all that it starts. */
const saying = (lines: string): string => `
mkdir -p etc/systemd/system.conf.d
cat >etc/systemd/system.conf.d/probe.conf <<'END'
[Manager]
${lines}
END`;

const scheduled = (unit: string): Probe => ({ unit, look: ['scheduling'] });
/** A generator that is the probe itself: it runs at a reload. */
const generator = (look: string): Probe => ({
  unit: '',
  look: ['ids'],
  after: `mkdir -p /etc/systemd/system-generators
    printf '#!/bin/sh\\nexec /probe -o /run/t/NAME.generated ${look}\\n' >/etc/systemd/system-generators/NAME
    chmod 755 /etc/systemd/system-generators/NAME; systemctl daemon-reload
    rm /etc/systemd/system-generators/NAME; cat /run/t/NAME.generated`,
});
const caps = (unit: string): Probe => ({ unit, look: ['ids', 'caps'] });

compareProbes(
  'what processes have from their manager',
  {
    'a service that says nothing': { unit: '', look: ['scheduling', 'caps', 'environment', 'seccomp'] },
    'a service that says nothing, of a user': { unit: 'User=probe', look: ['ids', 'scheduling', 'caps'] },
    'a command without a sandbox': { unit: 'ExecStart=+PROBE', look: ['scheduling', 'caps', 'seccomp'] },
    'a generator': generator('@scheduling @caps @seccomp'),
    'CPUAffinity= of its own': scheduled('CPUAffinity=1'),
    'CPUAffinity= of its own that is reset': scheduled('CPUAffinity=1\nCPUAffinity='),
    'NUMAPolicy= of its own': scheduled('NUMAPolicy=preferred\nNUMAMask=0'),
    'NUMAPolicy=default': scheduled('NUMAPolicy=default'),
    'TimerSlackNSec= of its own': scheduled('TimerSlackNSec=90us'),
    'OOMScoreAdjust= of its own': scheduled('OOMScoreAdjust=0'),
    'OOMScoreAdjust= that is reset': scheduled('OOMScoreAdjust=5\nOOMScoreAdjust='),
    'PassEnvironment= of what the manager has': {
      unit: 'PassEnvironment=OWN OTHER SHARED',
      look: ['environment'],
    },
    'what the manager shows': {
      unit: 'RemainAfterExit=yes',
      look: ['environment'],
      after: `for name in CPUAffinity NUMAPolicy NUMAMask TimerSlackNSec OOMScoreAdjust CapabilityBoundingSet NoNewPrivileges SystemCallArchitectures SmackProcessLabel; do
          echo "$name=$(systemctl show -p $name --value NAME)"; done
        systemctl show -p TimerSlackNSec -p DefaultOOMScoreAdjust -p Environment`,
    },
  },
  {
    setup: saying(`CPUAffinity=0
NUMAPolicy=bind
NUMAMask=0
TimerSlackNSec=77us
DefaultOOMScoreAdjust=33
ManagerEnvironment=OWN=manager SHARED=manager
DefaultEnvironment=SHARED=default
DefaultSmackProcessLabel=label`),
  },
);

compareProbes(
  'what processes can never have again',
  {
    'a service that says nothing': { unit: '', look: ['caps', 'seccomp', 'calls'] },
    'a service that says nothing, of a user': { unit: 'User=probe', look: ['caps', 'seccomp'] },
    'a command without a sandbox': { unit: 'NoNewPrivileges=no\nExecStart=+PROBE', look: ['caps', 'seccomp'] },
    'a generator without rights': generator('@caps @seccomp'),
    'NoNewPrivileges=no': caps('NoNewPrivileges=no'),
    'SystemCallArchitectures= of its own': { unit: 'SystemCallArchitectures=x86', look: ['caps', 'seccomp'] },
    'a filter of its own': { unit: 'User=probe\nRestrictRealtime=yes', look: ['caps', 'seccomp', 'calls'] },
  },
  { setup: saying('NoNewPrivileges=yes\nSystemCallArchitectures=native') },
);
