import { compareManagers } from './both.ts';

/** What is shown of settings that no unit file has, which differs from type to type, and of units that are always there. */

const shared = 'Slice,ControlGroup,IgnoreOnIsolate';
const streams = 'StandardInput,StandardOutput,StandardError,NonBlocking,SameProcessGroup,KeyringMode';

/** Prints the properties of each unit, sorted, and whether it comes after the journal's socket. */
const show = (units: string): string => `
for unit in ${units}; do
  echo "# $unit"
  systemctl show --property=${shared},${streams} -- "$unit" | sort
  systemctl show --property=After --value -- "$unit" | tr ' ' '\\n' | grep -c '^systemd-journald.socket$'
done
`;

compareManagers('properties that no file sets', {
  'units that are always there': { script: show('-.mount -.slice system.slice init.scope') },
  'a unit that is not there': { script: show('nowhere.service nowhere.socket nowhere.mount nowhere.swap nowhere.slice nowhere.scope') },
  'the outputs of services, by their inputs': {
    units: {
      'plain.service': '[Service]\nExecStart=/bin/true\n',
      'inet.service': '[Unit]\nRequires=inet.socket\n[Service]\nStandardInput=socket\nExecStart=/bin/true\n',
      'inet.socket': '[Socket]\nListenStream=/run/inet\n',
      'apart.service': '[Service]\nStandardInput=socket\nStandardError=journal\nExecStart=/bin/true\n',
      'terminal.service': '[Service]\nStandardInput=tty\nExecStart=/bin/true\n',
      'data.service': '[Service]\nStandardInputText=x\nExecStart=/bin/true\n',
      'silent.service': '[Service]\nStandardOutput=null\nExecStart=/bin/true\n',
      'error.service': '[Service]\nStandardError=null\nExecStart=/bin/true\n',
    },
    script: show('plain inet apart terminal data silent error'),
  },
  'other types with commands': {
    units: {
      'srv-a.mount': '[Mount]\nWhat=tmpfs\nWhere=/srv/a\nType=tmpfs\n',
      'dev-a.swap': '[Swap]\nWhat=/dev/a\n',
      'commands.socket': '[Socket]\nListenStream=/run/commands\nExecStartPre=/bin/true\n',
      'commands.service': '[Service]\nExecStart=/bin/true\n',
      'kept.slice': '[Slice]\n',
      'left.slice': '[Unit]\nIgnoreOnIsolate=no\n',
    },
    script: show('srv-a.mount dev-a.swap commands.socket kept.slice left.slice'),
  },
});
