import { compareManagers, type Case } from './both.ts';
import { readFields } from './entry-fields.ts';

const about =
  'MESSAGE,MESSAGE_ID,PRIORITY,SYSLOG_IDENTIFIER,SYSLOG_FACILITY,_TRANSPORT,_PID,UNIT,INVOCATION_ID,JOB_TYPE,CPU_USAGE_NSEC,IO_METRIC_READ_BYTES,IO_METRIC_WRITE_BYTES,IP_METRIC_INGRESS_BYTES,IP_METRIC_INGRESS_PACKETS,IP_METRIC_EGRESS_BYTES,IP_METRIC_EGRESS_PACKETS';

/** A shell's command that takes more than a second of processor time. */
const burn = 'until [ "$(cut -d" " -f14 /proc/$$/stat)" -gt 120 ]; do i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done; done\n';

function service(lines: string): string {
  return `[Unit]\nDefaultDependencies=no\n[Service]\n${lines}\n`;
}

/** Times are another each time, and so is the memory of the kernel's own packets. */
const prepare = `${readFields}
      amounts() { sed -E 's/([Cc]onsumed) [0-9.]+(min [0-9.]*)?[mu]?s/\\1 TIME/; s/CPU_USAGE_NSEC=[0-9]+/CPU_USAGE_NSEC=N/'; }
      used() { for unit; do echo "== $unit"; fields ${about} UNIT=$unit | amounts; done; }`;

const cases: Readonly<Record<string, Case>> = {
  'more than a second of processor time is told of when a unit ends': {
    units: {
      'use/burn.sh': burn,
      'use/burn-and-stay.sh': `${burn}echo ready >/run/t/use-stays; exec sleep 1000\n`,
      'use-once.service': service('Type=oneshot\nExecStart=/bin/sh /etc/systemd/system/use/burn.sh'),
      'use-fails.service': service('Type=oneshot\nExecStart=/bin/sh -c ". /etc/systemd/system/use/burn.sh; exit 3"'),
      'use-stays.service': service('Slice=use-s.slice\nExecStart=/bin/sh /etc/systemd/system/use/burn-and-stay.sh'),
      'use-s.slice': '[Unit]\nDefaultDependencies=no\n[Slice]',
      'use-little.service': service('Type=oneshot\nExecStart=true'),
      'use-after.service': service('Type=simple\nExecStart=true\nExecStopPost=/bin/sh /etc/systemd/system/use/burn.sh'),
    },
    script: `${prepare}
      quiet systemctl start use-once use-little; quiet systemctl start use-fails
      quiet systemctl start use-after; settle use-after.service
      quiet systemctl start use-stays; heard use-stays ready
      quiet systemctl stop use-stays; quiet systemctl stop use-s.slice
      used use-once.service use-little.service use-fails.service use-after.service use-stays.service use-s.slice
      quiet systemctl start use-once
      journalctl -q -o cat MESSAGE_ID=ae8f7b866b0347b9af31fe1c80b127c0 UNIT=use-once.service | amounts`,
  },
  'packets are told of when a unit ends that counts them': {
    units: {
      'net-none.service': service('Type=oneshot\nIPAccounting=yes\nExecStart=true'),
      'net-some.service': service('Type=oneshot\nIPAccounting=yes\nExecStart=/bin/bash -c "echo hello >/dev/udp/127.0.0.1/9 || true"'),
    },
    script: `${prepare}
      quiet systemctl start net-none net-some
      used net-none.service net-some.service`,
  },
  'who asks for messages for debugging is told of little use too': {
    alone: true,
    units: {
      'low-none.service': service('Type=oneshot\nIPAccounting=yes\nExecStart=true'),
      'low-cpu.service': service('Type=oneshot\nExecStart=true'),
    },
    script: `${prepare}
      systemctl log-level debug; quiet systemctl start low-none low-cpu; systemctl log-level info; quiet systemctl start low-cpu
      for unit in low-none low-cpu; do fields ${about} MESSAGE_ID=ae8f7b866b0347b9af31fe1c80b127c0 UNIT=$unit.service | amounts; done`,
  },
};

compareManagers('what a unit used', cases, { profile: 'journal' });
