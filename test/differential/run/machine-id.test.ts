import { compareManagers } from './both.ts';

/** What /etc/machine-id is before the first process, by theme. */
const before: Readonly<Record<string, string>> = {
  'a machine with an id': 'true',
  'a machine whose id is to be made': ': >etc/machine-id',
  'a machine that boots for the first time': 'rm etc/machine-id',
  'a machine that is told to boot for the first time': 'echo uninitialized >etc/machine-id',
  'a machine whose id is garbage': 'echo garbage >etc/machine-id',
  'a machine of which D-Bus has an id': `: >etc/machine-id; mkdir -p var/lib/dbus; echo ${'ab'.repeat(16)} >var/lib/dbus/machine-id`,
};

const vendor = `
printf '[Service]\\nExecStart=/act wait\\n[Install]\\nWantedBy=preset.target\\n' >usr/lib/systemd/system/wanted.service
printf '[Service]\\nExecStart=/act wait\\n[Install]\\nWantedBy=preset.target\\n' >usr/lib/systemd/system/unwanted.service
printf 'enable wanted.service\\ndisable *\\n' >usr/lib/systemd/system-preset/00-test.preset
mkdir -p etc/systemd/system-generators
printf '#!/bin/sh\\nenv | grep FIRST >/run/generated\\ncat /etc/machine-id >>/run/generated' >etc/systemd/system-generators/tells
chmod 755 etc/systemd/system-generators/tells`;

for (const [theme, made] of Object.entries(before)) {
  compareManagers(
    theme,
    {
      'its id, and what is for the first boot': {
        units: {
          'nothing.target': '[Unit]\nDefaultDependencies=no\nWants=first.service later.service\nAfter=first.service later.service',
          'first.service': '[Unit]\nConditionFirstBoot=yes\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act',
          'later.service': '[Unit]\nConditionFirstBoot=no\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act',
          'id.service': '[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo %m >/run/t/id"',
        },
        script: `
          get first.service ConditionResult ActiveState
          get later.service ConditionResult ActiveState
          run systemctl restart first
          get first.service ConditionResult
          masked() { sed -E 's/^[0-9a-f]{32}$/some id/'; }
          masked </etc/machine-id
          masked </run/generated
          ls -d /etc/systemd/system/preset.target.wants/* 2>&1
          systemctl start id
          cmp /run/t/id /etc/machine-id && echo alike
          grep -qx ${'ab'.repeat(16)} /etc/machine-id && echo 'that of D-Bus'`,
        alone: true,
      },
    },
    { setup: `${made}\n${vendor}` },
  );
}
