import { compareManagers, type Case } from './both.ts';

const properties =
  'Id,ActiveState,SubState,Perpetual,Transient,CanStart,CanStop,StateChangeTimestamp,InactiveExitTimestamp,ActiveEnterTimestamp,ActiveExitTimestamp,InactiveEnterTimestamp';

const cases: Readonly<Record<string, Case>> = {
  'units that are there as long as the manager is are active since it began': {
    script: `
      masked() { sed -E 's/since [^;]*; .* ago/since TIME/; s/(Timestamp)=..*/\\1=TIME/'; }
      for unit in -.slice init.scope -.mount system.slice; do
        systemctl status --no-pager -- $unit 2>/dev/null | masked | grep -E '^(● | *(Loaded|Active|Transient|Where|What):)'
        systemctl show -p ${properties} -- $unit | masked
      done
      systemctl show -p ActiveEnterTimestampMonotonic --value -- -.slice >/run/t/before
      systemctl daemon-reload
      systemctl show -p ActiveEnterTimestampMonotonic --value -- -.slice | cmp - /run/t/before && echo still the same`,
  },
  'manuals that nobody can show are no failure': {
    units: {
      'help-page.service': '[Unit]\nDefaultDependencies=no\nDocumentation=man:nowhere(1) https://example.org\n[Service]\nExecStart=true',
      'help-none.service': '[Service]\nExecStart=true',
    },
    script: `
      for unit in help-page help-none help-missing; do run systemctl help $unit; done
      mkdir -p /run/t/bin; printf '#!/bin/sh\\necho "man $*"; exit 16\\n' >/run/t/bin/man; chmod +x /run/t/bin/man
      PATH=/run/t/bin:$PATH run systemctl help help-page`,
  },
};

compareManagers('units that are always there, and help', cases, { profile: 'journal' });
