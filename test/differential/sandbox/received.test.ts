import { compareProbes, type Probe } from './compare.ts';

/** A service whose socket unit gives it what comes through a FIFO, by the name `given`. */
const given = (unit: string): Probe => ({
  unit: `Sockets=NAME.socket\n${unit}`,
  units: { 'NAME.socket': '[Unit]\nDefaultDependencies=no\n[Socket]\nListenFIFO=/run/t/NAME.fifo\nFileDescriptorName=given\n' },
  before: 'systemctl start NAME.socket',
  look: ['streams'],
  after: 'systemctl stop NAME.socket',
});

const fifo = '/run/t/the-same-descriptor-for-several-streams.fifo';
const everyStream = [
  ...[0, 1, 2, 3].map((number) => `stream ${number} pipe ${fifo} both`),
  'stream 4 file /run/t/the-same-descriptor-for-several-streams.told write append',
];

const streams: Readonly<Record<string, Probe>> = {
  'StandardInput=fd: of a socket unit': given('StandardInput=fd:given\nStandardOutput=append:/run/t/NAME.out'),
  'StandardOutput=fd: of a socket unit': given('StandardOutput=fd:given\nStandardError=append:/run/t/NAME.err'),
  'the same descriptor for several streams': {
    ...given('StandardInput=fd:given\nStandardOutput=fd:given\nStandardError=fd:given'),
    differs: [
      {
        systemd: 'start 1\nResult=resources\nExecMainCode=0\nExecMainStatus=0',
        tysd: ['start 0', 'Result=success', 'ExecMainCode=1', 'ExecMainStatus=0', '# streams', ...everyStream].join('\n'),
        why: 'systemd looks for a descriptor of that name for each stream, and gives none twice',
      },
    ],
  },
  'StandardInput=fd: of a name that nobody has': given('StandardInput=fd:other\nStandardOutput=null'),
  'StandardOutput=inherit of such an input': given('StandardInput=fd:given\nStandardOutput=inherit\nStandardError=inherit'),
  'StandardOutput=journal+console': { unit: 'StandardOutput=journal+console\nStandardError=null', look: ['streams'] },
  'StandardOutput=kmsg+console': { unit: 'StandardOutput=kmsg+console\nStandardError=inherit', look: ['streams'] },
};

const places = '/run/NAME /var/lib/NAME /var/cache/NAME /var/log/NAME /etc/NAME';
const modes = [
  'RuntimeDirectory=NAME NAME/below\nRuntimeDirectoryMode=0700',
  'StateDirectory=NAME NAME/below\nStateDirectoryMode=0711',
  'CacheDirectory=NAME NAME/below\nCacheDirectoryMode=2770',
  'LogsDirectory=NAME NAME/below\nLogsDirectoryMode=1777',
  'ConfigurationDirectory=NAME NAME/below\nConfigurationDirectoryMode=0500',
].join('\n');
const directories = (unit: string): Probe => ({
  unit: `${unit}\nRemainAfterExit=yes`,
  look: ['ids'],
  after: `for each in ${places}; do stat -c '%n %a %u:%g' $each $each/below; done`,
});

const modesOfDirectories: Readonly<Record<string, Probe>> = {
  'RuntimeDirectoryMode= to ConfigurationDirectoryMode=': directories(modes),
  'the same of a user': directories(`User=probe\n${modes}`),
  'the same of a dynamic user': {
    unit: `DynamicUser=yes\n${modes}\nRemainAfterExit=yes`,
    look: ['environment RUNTIME_DIRECTORY STATE_DIRECTORY CACHE_DIRECTORY LOGS_DIRECTORY CONFIGURATION_DIRECTORY'],
    after: `for each in ${places}; do stat -Lc '%n %a' $each $each/below; done`,
  },
};

/** A credential that another service says on each connection. */
const fromSocket = (unit: string): Probe => ({
  unit: `${unit}LoadCredential=a:/run/t/NAME.sock`,
  units: {
    'NAME-says.socket': '[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=/run/t/NAME.sock\nAccept=yes\n',
    'NAME-says@.service': '[Unit]\nDefaultDependencies=no\n[Service]\nStandardOutput=socket\nExecStart=/bin/echo said by the other\n',
  },
  before: 'systemctl start NAME-says.socket',
  look: ['credentials'],
  after: 'systemctl stop NAME-says.socket',
});

const shared: Readonly<Record<string, Probe>> = {
  'LoadCredential= of a socket': fromSocket(''),
  'LoadCredential= of a socket, of a user': fromSocket('User=probe\n'),
  'JoinsNamespaceOf= shares objects of System V': {
    unit: 'PrivateIPC=yes\nExecStart=/bin/sh -c "ipcs -q | grep -c 0x >/run/t/NAME.told"\n[Unit]\nJoinsNamespaceOf=NAME-first.service',
    units: {
      'NAME-first.service':
        '[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nRemainAfterExit=yes\nPrivateIPC=yes\nExecStart=/bin/sh -c "ipcmk -Q >/dev/null"\n',
    },
    before: 'systemctl start NAME-first',
    look: ['ids'],
    after: 'ipcs -q | grep -c 0x; systemctl stop NAME-first',
  },
};

/** How many of many lines the journal has kept, and whether it tells how many are missing. */
const logging = (unit: string): Probe => ({
  unit: `StandardOutput=journal\n${unit}\nExecStart=/bin/sh -c 'for i in $(seq 60); do echo line $i; done; sleep 0.5'`,
  look: ['ids'],
  after: `logger -t NAME over; until_ok sh -c 'journalctl -q -o cat -t NAME | grep over'
    journalctl -q -o cat _TRANSPORT=stdout -u NAME | grep -c line
    journalctl -q -o cat | grep 'Suppressed .* messages from NAME.service'`,
});

const limits: Readonly<Record<string, Probe>> = {
  'LogRateLimitBurst=': logging('LogRateLimitIntervalSec=1h\nLogRateLimitBurst=1'),
  'LogRateLimitIntervalSec=0': logging('LogRateLimitIntervalSec=0\nLogRateLimitBurst=1'),
  'LogRateLimitBurst=0': logging('LogRateLimitIntervalSec=1h\nLogRateLimitBurst=0'),
};

compareProbes('what a process gets from others, and what it leaves', { ...streams, ...modesOfDirectories, ...shared, ...limits });
