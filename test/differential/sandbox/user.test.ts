import { type Case, compareManagers } from '../run/both.ts';
import { accounts, builtProbe, comparable, type Probe, probePath, unitName } from './compare.ts';

interface Wanted extends Pick<Probe, 'look' | 'differs'> {
  /** Lines of [Service]. */
  readonly unit: string;
  /** It asks for what a user's service has anyway; or what it asks for is had in part. */
  readonly effect?: 'same' | 'partial';
  /** Lines that the service which sets nothing has, too. */
  readonly beside?: string;
}

/** systemd 252 makes namespaces for users only where this asks for it; later ones do it, as tysd, wherever one is needed. */
const owned = 'PrivateUsers=yes';

const places = ['caps', 'namespaces', 'mounts'] as const;
const filters = ['caps', 'seccomp', 'calls'] as const;

/** 252 sets the groups that the process has already, which only root may; the manual says that one's own user may be named. */
const ownGroups = (name: string): NonNullable<Probe['differs']> => [
  { systemd: `${name}: 1`, tysd: `${name}: 0`, why: 'no right is asked for that is not there' },
  {
    systemd: 'Result=exit-code\nExecMainCode=1\nExecMainStatus=216\nnot started\nsome effect',
    tysd: 'Result=success\nExecMainCode=1\nExecMainStatus=0\n# ids\nuid 1000 1000 1000 1000\ngid 1000 1000 1000 1000\ngroups 1000 2000\nno effect',
    why: 'the same',
  },
];

const ownState = ['LOGS_DIRECTORY=/home/probe/.config/log', 'STATE_DIRECTORY=/home/probe/.config'].map((text) => ({
  systemd: `variable ${text}/runtimedirectory-and-its-kin`,
  tysd: `variable ${text.replace('.config', '.local/state')}/runtimedirectory-and-its-kin`,
  why: 'systemd 254 has moved the state of users there',
}));

/** What a plain user's service asks for, and what of its process that may change. */
const cases: Readonly<Record<string, Wanted>> = {
  'LimitNOFILE=': { unit: 'LimitNOFILE=512:1024', look: ['limits'] },
  'LimitNOFILE= above what there is': { unit: 'LimitNOFILE=1000000000', effect: 'partial', look: ['limits'] },
  'LimitNICE= above what there is': { unit: 'LimitNICE=30', look: ['limits'] },
  'UMask=': { unit: 'UMask=0027', look: ['scheduling'] },
  'Nice=': { unit: 'Nice=5', look: ['scheduling'] },
  'Nice= that takes a right': { unit: 'Nice=-5', look: ['scheduling'] },
  'OOMScoreAdjust=': { unit: 'OOMScoreAdjust=500', look: ['scheduling'] },
  'OOMScoreAdjust= that takes a right': { unit: 'OOMScoreAdjust=-500', effect: 'partial', look: ['scheduling'] },
  'CPUSchedulingPolicy=': { unit: 'CPUSchedulingPolicy=batch', look: ['scheduling'] },
  'CPUSchedulingPolicy= that takes a right': { unit: 'CPUSchedulingPolicy=fifo\nCPUSchedulingPriority=5', look: ['scheduling'] },
  'CPUAffinity=': { unit: 'CPUAffinity=0', look: ['scheduling'] },
  'IOSchedulingClass=': { unit: 'IOSchedulingClass=idle', look: ['scheduling'] },
  'IOSchedulingClass= that takes a right': { unit: 'IOSchedulingClass=realtime', look: ['scheduling'] },
  'TimerSlackNSec=': { unit: 'TimerSlackNSec=1ms', look: ['scheduling'] },
  'Personality=': { unit: 'Personality=x86', look: ['scheduling'] },
  'CoredumpFilter=': { unit: 'CoredumpFilter=all', look: ['scheduling'] },
  'IgnoreSIGPIPE=': { unit: 'IgnoreSIGPIPE=no', look: ['signals'] },
  'KeyringMode=': { unit: 'KeyringMode=private', look: ['keyring'] },
  'User= of oneself': { unit: 'User=probe', effect: 'same', look: ['ids'], differs: ownGroups('user-of-oneself') },
  'User= of another': { unit: 'User=root', look: ['ids'] },
  'Group= of oneself': { unit: 'Group=extra', look: ['ids'] },
  'Group= of another': { unit: 'Group=root', look: ['ids'] },
  'SupplementaryGroups=': { unit: 'SupplementaryGroups=extra', effect: 'same', look: ['ids'], differs: ownGroups('supplementarygroups') },
  'DynamicUser=': { unit: 'DynamicUser=yes', look: ['ids'] },
  'AmbientCapabilities=': { unit: 'AmbientCapabilities=CAP_NET_BIND_SERVICE', look: ['caps'] },
  'CapabilityBoundingSet=': { unit: 'CapabilityBoundingSet=CAP_CHOWN', look: ['caps'] },
  'SecureBits=': { unit: 'SecureBits=noroot', look: ['caps'] },
  'NoNewPrivileges=': { unit: 'NoNewPrivileges=yes', look: ['caps'] },
  'SystemCallFilter=': { unit: 'SystemCallFilter=~@clock @mount', look: filters },
  'SystemCallArchitectures=': { unit: 'SystemCallArchitectures=native', look: filters },
  'RestrictAddressFamilies=': { unit: 'RestrictAddressFamilies=AF_UNIX', look: filters },
  'RestrictNamespaces=': { unit: 'RestrictNamespaces=yes', look: filters },
  'RestrictRealtime=': { unit: 'RestrictRealtime=yes', look: filters },
  'RestrictSUIDSGID=': { unit: 'RestrictSUIDSGID=yes', look: filters },
  'LockPersonality=': { unit: 'LockPersonality=yes', look: filters },
  'MemoryDenyWriteExecute=': { unit: 'MemoryDenyWriteExecute=yes', look: filters },
  'ProtectClock=': { unit: 'ProtectClock=yes', beside: owned, look: filters },
  'ProtectHostname=': { unit: 'ProtectHostname=yes', beside: owned, look: ['namespaces', ...filters] },
  'ProtectKernelLogs=': { unit: 'ProtectKernelLogs=yes', beside: owned, look: ['paths /proc/kmsg', ...filters] },
  'ProtectKernelModules=': { unit: 'ProtectKernelModules=yes', beside: owned, look: ['paths /usr/lib/modules/', ...filters] },
  'ProtectKernelTunables=': { unit: 'ProtectKernelTunables=yes', beside: owned, look: places },
  'ProtectControlGroups=': { unit: 'ProtectControlGroups=yes', beside: owned, look: places },
  'ProtectProc=': { unit: 'ProtectProc=invisible', beside: owned, look: ['paths /proc/1 /proc/1/status'] },
  'ProcSubset=': { unit: 'ProcSubset=pid', beside: owned, look: ['paths /proc/meminfo /proc/sys/'] },
  'ProtectSystem=': { unit: 'ProtectSystem=strict\nReadWritePaths=/run/t', beside: owned, look: places },
  'ProtectHome=': { unit: 'ProtectHome=read-only', beside: owned, look: [...places, 'paths /home /home/probe'] },
  // The mounts themselves are another's: 252 loses their options in a namespace of users.
  'ProtectHome=tmpfs': { unit: 'ProtectHome=tmpfs', beside: owned, look: ['namespaces', 'paths /home/probe'] },
  'PrivateUsers=': { unit: owned, look: ['ids', ...places] },
  'PrivateNetwork=': { unit: 'PrivateNetwork=yes', beside: owned, look: places },
  // The namespace that the first process has made belongs to that one's namespace of users.
  'PrivateNetwork= of a second process': {
    unit: 'PrivateNetwork=yes\nExecStartPre=/probe -o /run/t/NAME.first @namespaces',
    beside: owned,
    // It has mounts of its own, for a /sys that fits.
    effect: 'partial',
    look: ['namespaces'],
  },
  'PrivateIPC= of a second process': {
    unit: 'PrivateIPC=yes\nExecStartPre=/probe -o /run/t/NAME.first @namespaces',
    beside: owned,
    look: ['namespaces'],
  },
  'PrivateIPC=': { unit: 'PrivateIPC=yes', beside: owned, look: places },
  'PrivateTmp=': { unit: 'PrivateTmp=yes', beside: owned, look: [...places, 'paths /tmp/ /var/tmp/'] },
  'PrivateDevices=': { unit: 'PrivateDevices=yes', beside: owned, look: [...places, 'paths /dev/'] },
  'PrivateMounts=': { unit: 'PrivateMounts=yes', beside: owned, look: places },
  'MountFlags=': { unit: 'MountFlags=slave', beside: owned, look: places },
  'ReadOnlyPaths=': { unit: 'ReadOnlyPaths=/home', beside: owned, look: places },
  'InaccessiblePaths=': { unit: 'InaccessiblePaths=/usr/share', beside: owned, look: [...places, 'paths /usr/share'] },
  'NoExecPaths=': { unit: 'NoExecPaths=/home', beside: owned, look: places },
  'TemporaryFileSystem=': { unit: 'TemporaryFileSystem=/srv:size=1M', beside: owned, look: [...places, 'paths /srv'] },
  'BindPaths=': { unit: 'BindPaths=/usr/share:/mnt', beside: owned, look: [...places, 'paths /mnt'] },
  'BindReadOnlyPaths= of nothing': { unit: 'BindReadOnlyPaths=/nonexistent', beside: owned, look: places },
  'BindPaths= to where nothing can be made': { unit: 'BindPaths=/usr/share:/missing/here', beside: owned, look: places },
  'RootDirectory=': { unit: 'RootDirectory=/srv', beside: owned, look: places },
  'ExtensionDirectories=': { unit: 'ExtensionDirectories=/nonexistent', beside: owned, look: places },
  'NetworkNamespacePath=': { unit: 'NetworkNamespacePath=/proc/1/ns/net', beside: owned, look: places },
  'RuntimeDirectory= and its kin': {
    unit: 'RuntimeDirectory=NAME\nStateDirectory=NAME\nCacheDirectory=NAME\nLogsDirectory=NAME\nConfigurationDirectory=NAME',
    look: [
      'environment RUNTIME_DIRECTORY STATE_DIRECTORY CACHE_DIRECTORY LOGS_DIRECTORY CONFIGURATION_DIRECTORY',
      'paths /run/user/1000/NAME /home/probe/.config/NAME /home/probe/.cache/NAME',
    ],
    differs: ownState,
  },
  'SetCredential=': { unit: 'SetCredential=word:secret', look: ['credentials'] },
  'LoadCredential=': { unit: 'LoadCredential=word:/etc/hostname', look: ['credentials'] },
  'MemoryMax= and its kin': { unit: 'MemoryMax=100M\nTasksMax=50\nCPUWeight=50', look: ['ids'] },
  'DeviceAllow=': { unit: 'DevicePolicy=closed', look: ['ids'] },
  'IPAddressDeny=': { unit: 'IPAddressDeny=any', look: ['ids'] },
  'IPAccounting=': { unit: 'IPAccounting=yes', look: ['ids'] },
  'RestrictNetworkInterfaces=': { unit: 'RestrictNetworkInterfaces=lo', look: ['ids'] },
  'SocketBindDeny=': { unit: 'SocketBindDeny=any', look: ['ids'] },
};

/** The user's manager, in a cgroup that is its own. */
const service = `[Service]
User=probe
Type=exec
Delegate=yes
Environment=XDG_RUNTIME_DIR=/run/user/1000 HOME=/home/probe
ExecStart=/bin/sh -c 'if [ -d /opt/tysd ]; then exec /opt/tysd/tysd --user --unit=nothing.target; else exec /lib/systemd/systemd --user --unit=nothing.target; fi'
`;

const directory = 'home/probe/.config/systemd/user';

function serviceOf(name: string, { unit, beside = '', look }: Wanted): string {
  const sections = look.map((section) => `@${section}`).join(' ');
  const text = `[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
RemainAfterExit=yes
MemoryPressureWatch=skip
StandardOutput=append:/run/t/${name}.told
${beside}
${unit}
ExecStart=${probePath} ${sections}
`;
  return text.replaceAll('NAME', name);
}

const setup = `${accounts}
mkdir -p run/user/1000 ${directory}; chown 1000:1000 run/user/1000
cat >etc/systemd/system/users-manager.service <<'END'
[Unit]
DefaultDependencies=no
${service}END
echo '[Unit]' >${directory}/nothing.target
${Object.entries(cases)
  .flatMap(([title, wanted]) => {
    const name = unitName(title);
    const plain = { ...wanted, unit: '' };
    return [name, `plain-${name}`].map(
      (each, index) => `cat >${directory}/${each}.service <<'END'\n${serviceOf(each, index === 0 ? wanted : plain)}END`,
    );
  })
  .join('\n')}
chown -R 1000:1000 home/probe`;

const prelude = `
  as_user() { setpriv --reuid 1000 --regid 1000 --init-groups env XDG_RUNTIME_DIR=/run/user/1000 HOME=/home/probe "$@"; }
  exec 9>/run/users-manager.lock; flock 9; mkdir -p -m 700 /run/systemd/unit-root; systemctl start users-manager; until_ok as_user systemctl --user show -p Version; flock -u 9
  readlink /proc/1/ns/* | sed 's/^/manager /'
  # The number of a namespace that is gone may be that of the next one.
  owned() { awk 'NR == FNR { known[$1] = 1; next } { for (i = 1; i <= NF; i++) if ($i ~ /^[a-z]+:\\[[0-9]+\\]$/ && !($i in known)) sub(/[0-9]+/, "own", $i); print }' <(readlink /proc/1/ns/*) "$1" 2>/dev/null; }`;

function caseOf(title: string, { differs = [], effect }: Wanted): Case {
  const name = unitName(title);
  return {
    script: `${prelude}
      for each in plain-${name} ${name}; do as_user systemctl --user start $each >/dev/null 2>&1; echo "$each: $?"; done
      as_user systemctl --user show -p Result,ExecMainCode,ExecMainStatus ${name}
      cat /run/t/${name}.told 2>/dev/null
      [ -s /run/t/${name}.told ] || echo 'not started'; cmp -s <(owned /run/t/plain-${name}.told) <(owned /run/t/${name}.told) && echo 'no effect' || echo 'some effect'
      [ -d /opt/tysd ] && echo "not applied: $(as_user systemctl --user show -p TysdNotApplied --value ${name})"`,
    differs,
    read: (lines) => comparable(judged(lines, effect)),
  };
}

/** Without what tysd alone says: that a setting is not applied. It must say so if the service was started and is as one that sets nothing, and else must not. */
function judged(lines: readonly string[], effect: Wanted['effect']): readonly string[] {
  const told = lines
    .find((line) => line.startsWith('not applied:'))
    ?.slice('not applied:'.length)
    .trim();
  const others = lines.filter((line) => !line.startsWith('not applied:'));
  if (told === undefined || effect === 'same' || lines.includes('not started')) return others;
  const hasEffect = lines.includes('some effect');
  if (!hasEffect && told === '') return [...others, 'and nobody is told'];
  return hasEffect && told !== '' && effect !== 'partial' ? [...others, `told for nothing: ${told}`] : others;
}

// Each is started beside a service that sets nothing, so that it is known of both managers whether it had an effect.
compareManagers('services of a user', Object.fromEntries(Object.entries(cases).map(([title, wanted]) => [title, caseOf(title, wanted)])), {
  profile: 'journal',
  attempts: [6],
  setup,
  programs: { [probePath]: builtProbe },
});
