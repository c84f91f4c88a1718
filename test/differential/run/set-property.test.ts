import { compareManagers, type Difference } from './both.ts';

const no = '[Unit]\nDefaultDependencies=no\n';

/** Sets one after the other, and tells what is shown of it, addresses in no order, and which drop-ins there are. */
const functions = `
  files() { find /etc/systemd/system.control /run/systemd/system.control -path "*$1*" -type f 2>/dev/null | grep -v Scale.conf | LC_ALL=C sort; }
  set_each() { local unit=$1 each; shift; for each; do run systemctl set-property "$unit" "$each"; done; }
  shown() { systemctl show -p "$2" "$1" | sed -E 's/(tcp|udp)([0-9])/\\1:\\2/' | while IFS== read -r name value; do case $name in IPAddress*) value=$(echo $value | tr ' ' '\\n' | LC_ALL=C sort | xargs);; esac; echo "$name=$value"; done | LC_ALL=C sort; }`;

const numbers = [
  'CPUAccounting=yes',
  'CPUWeight=200',
  'CPUWeight=idle',
  'CPUWeight=0',
  'CPUWeight=10001',
  'StartupCPUWeight=300',
  'CPUShares=500',
  'CPUShares=1',
  'StartupCPUShares=1000',
  'CPUQuota=20%',
  'CPUQuota=0%',
  'CPUQuota=20',
  'CPUQuotaPeriodSec=50ms',
  'CPUQuotaPeriodSec=1us',
  'AllowedCPUs=0-1',
  'AllowedCPUs=0',
  'AllowedCPUs=x',
  'StartupAllowedCPUs=0 1',
  'AllowedMemoryNodes=0',
  'IOAccounting=yes',
  'IOWeight=50',
  'IOWeight=0',
  'StartupIOWeight=60',
  'BlockIOAccounting=yes',
  'BlockIOWeight=500',
  'BlockIOWeight=5',
  'MemoryAccounting=yes',
  'MemoryMin=1M',
  'MemoryLow=10%',
  'MemoryLow=101%',
  'MemoryHigh=2G',
  'MemoryHigh=infinity',
  'MemoryHigh=0',
  'MemoryMax=1000000',
  'MemoryMax=0',
  'MemorySwapMax=0',
  'MemoryLimit=1G',
  'TasksAccounting=no',
  'TasksMax=33',
  'TasksMax=infinity',
  'TasksMax=0',
  'ManagedOOMSwap=kill',
  'ManagedOOMMemoryPressure=kill',
  'ManagedOOMMemoryPressure=maybe',
  'ManagedOOMMemoryPressureLimit=50%',
  'ManagedOOMMemoryPressureLimit=200%',
  'ManagedOOMPreference=avoid',
];

const lists = [
  'IPAccounting=yes',
  'IPAddressAllow=10.0.0.0/8',
  'IPAddressAllow=192.168.0.1',
  'IPAddressAllow=300.0.0.1',
  'IPAddressDeny=10.1.0.0/16',
  'IPIngressFilterPath=/sys/fs/bpf/x',
  'SocketBindAllow=tcp:80',
  'SocketBindAllow=ipv6:udp:1000-2000',
  'SocketBindAllow=ipv5:80',
  'SocketBindDeny=any',
  'RestrictNetworkInterfaces=~lo',
  'DevicePolicy=closed',
  'DevicePolicy=open',
  'DeviceAllow=/dev/null rw',
  'DeviceAllow=/dev/null r',
  'DeviceAllow=char-pts',
  'DeviceAllow=/dev/zero x',
  'DeviceAllow=null rw',
  'IODeviceWeight=/dev/loop0 50',
  'IODeviceWeight=/dev/loop1 70',
  'IODeviceWeight=/dev/loop0 60',
  'IODeviceWeight=/dev/loop0',
  'IOReadBandwidthMax=/dev/loop0 1M',
  'IOWriteIOPSMax=/dev/loop0 100',
  'IODeviceLatencyTargetSec=/dev/loop0 10ms',
  'BlockIOReadBandwidth=/dev/loop0 2M',
];

/** Settings whose drop-ins both managers write alike, of which none has a list that would add up. */
const written = [
  ['CPUAccounting=yes', 'IOAccounting=off', 'MemoryAccounting=1', 'IPAccounting=true', 'BlockIOAccounting=t', 'TasksAccounting=0'],
  ['CPUWeight=200', 'CPUWeight=idle', 'CPUWeight=', 'StartupCPUWeight=0300', 'CPUShares=500', 'IOWeight=50', 'BlockIOWeight=500'],
  ['CPUQuota=20%', 'CPUQuota=', 'CPUQuotaPeriodSec=50000us', 'AllowedCPUs=0 1', 'AllowedCPUs=1,0', 'AllowedMemoryNodes=0'],
  ['MemoryMin=1M', 'MemoryLow=2K', 'DefaultMemoryLow=5M', 'DefaultMemoryLow=', 'MemoryHigh=2G', 'MemoryHigh=infinity', 'MemoryHigh='],
  ['MemoryMax=50M', 'MemorySwapMax=1T', 'MemoryLimit=1.5G', 'TasksMax=33', 'TasksMax=infinity', 'TasksMax='],
  ['ManagedOOMSwap=kill', 'ManagedOOMPreference=avoid', 'DevicePolicy=closed', 'DeviceAllow=/dev/null wr', 'DeviceAllow='],
  ['SocketBindAllow=ipv4:80', 'SocketBindAllow=', 'SocketBindDeny=any', 'RestrictNetworkInterfaces=lo eth0', 'RestrictNetworkInterfaces='],
  ['IODeviceWeight=/dev/loop0  60', 'IOReadBandwidthMax=/dev/loop0 1M', 'IOWriteIOPSMax=/dev/loop0 1K', 'IOWriteIOPSMax='],
  ['IODeviceLatencyTargetSec=/dev/loop0 1s 500ms', 'BlockIOReadBandwidth=/dev/loop0 2M', 'Description=50% "x" \\y $z'],
].flat();

/** A word that the setting does not have. */
function unclear(unit: string, name: string, value: string): readonly Difference[] {
  const said = `Failed to set unit properties on ${unit}: `;
  const systemd = `${said}Failed to set unit properties: Invalid argument`;
  return [{ systemd, tysd: `${said}Invalid ${name} setting: ${value}`, why: 'we say which word is none' }];
}

const words = (all: readonly string[]): string => all.map((each) => `'${each}'`).join(' ');
/** Not of StartupAllowedCPUs=, which systemd shows as bytes. */
const namesOf = (all: readonly string[]): string =>
  [...new Set(all.map((each) => each.slice(0, each.indexOf('='))))].filter((name) => name !== 'StartupAllowedCPUs').join(',');

compareManagers(
  'set-property',
  {
    'numbers of a service that runs': {
      units: { 'setnum.service': `${no}[Service]\nAllowedCPUs=1\nTasksMax=9\nExecStart=/act wait\n` },
      script: `${functions}
        systemctl start setnum
        set_each setnum.service ${words(numbers)}
        shown setnum.service ${namesOf(numbers)},CPUQuotaPerSecUSec,EffectiveCPUs
        systemctl daemon-reload
        shown setnum.service ${namesOf(numbers)}
        run systemctl set-property setnum CPUWeight= MemoryHigh= TasksMax= CPUQuota= AllowedCPUs=
        shown setnum.service CPUWeight,MemoryHigh,CPUQuotaPerSecUSec,AllowedCPUs
        run systemctl stop setnum`,
      differs: unclear('setnum.service', 'ManagedOOMMemoryPressure', 'maybe'),
    },
    'lists of a service that is off': {
      units: {
        'setlist.service': `${no}[Service]\nIPAddressAllow=1.2.3.4\nDeviceAllow=/dev/full r\nDeviceAllow=/dev/null w\nIODeviceWeight=/dev/loop0 40\nExecStart=/act wait\n`,
      },
      script: `${functions}
        set_each setlist.service ${words(lists)}
        shown setlist.service ${namesOf(lists)}
        systemctl daemon-reload
        shown setlist.service ${namesOf(lists)}
        run systemctl set-property setlist IPAddressAllow= DeviceAllow= SocketBindAllow=
        shown setlist.service IPAddressAllow,DeviceAllow,SocketBindAllow
        run systemctl set-property setlist IPAddressAllow=8.8.8.8
        shown setlist.service IPAddressAllow`,
      differs: unclear('setlist.service', 'DevicePolicy', 'open'),
    },
    'several at once, of which one is wrong, and in two places': {
      units: {
        'setmix.service': `${no}[Service]\nExecStart=/act wait\n`,
        'setmix.slice': `${no}[Slice]\n`,
        'setmix.socket': `${no}[Socket]\nListenStream=/run/setmix\n`,
        'run-setmix.mount': `${no}[Mount]\nWhat=tmpfs\nWhere=/run/setmix\nType=tmpfs\n`,
        'setmix.timer': `${no}[Timer]\nOnActiveSec=1h\n`,
      },
      script: `${functions}
        run systemctl set-property setmix.service CPUWeight=5 TasksMax=banana
        shown setmix.service CPUWeight
        run systemctl set-property setmix.service CPUWeight=5 CPUWeight=6 TasksMax=9
        shown setmix.service CPUWeight,TasksMax
        run systemctl set-property --runtime setmix.service CPUWeight=7
        shown setmix.service CPUWeight
        systemctl daemon-reload
        shown setmix.service CPUWeight
        files setmix
        run systemctl set-property setmix.service CPUWeight=8
        systemctl daemon-reload
        shown setmix.service CPUWeight
        files setmix
        for unit in setmix.slice setmix.socket run-setmix.mount; do run systemctl set-property $unit CPUWeight=70 MemoryMax=1G; shown $unit CPUWeight,MemoryMax; done
        run systemctl set-property setmix.timer CPUWeight=70
        run systemctl set-property setmix.timer Description=x
        run systemctl set-property setmix.slice Description='a b' IPAddressDeny=10.1.0.0/16
        shown setmix.slice Description,IPAddressDeny
        run systemctl set-property setmix.service 'MemoryMax = 1G'
        run systemctl set-property setmix.service =1G
        run systemctl set-property setmix.service MemoryMax
        run systemctl set-property setmix.service OOMPolicy=kill
        run systemctl set-property setmix.service KillMode=process
        run systemctl set-property setmix.service Environment=A=1
        run systemctl set-property setmix.service Slice=setmix.slice
        run systemctl set-property setmix.service Delegate=yes
        run systemctl set-property setmix.service CollectMode=inactive
        run systemctl set-property setmix.service After=nothing.target
        run systemctl set-property setmix.service Type=oneshot
        files setmix
        run systemctl revert setmix.service setmix.slice setmix.socket run-setmix.mount 2>&1 | LC_ALL=C sort
        systemctl daemon-reload
        shown setmix.service CPUWeight,TasksMax`,
      alone: true,
    },
    'what is written into drop-ins': {
      units: {
        'settext.service': `${no}[Service]\nExecStart=/act wait\n`,
        'settext.slice': `${no}[Slice]\n`,
        'settext.socket': `${no}[Socket]\nListenStream=/run/settext\n`,
      },
      script: `${functions}
        texts() { files settext | while read -r file; do echo "$file"; grep -v '^#\\|^$' "$file"; done; }
        for each in ${words(written)}; do run systemctl set-property settext.service "$each"; texts; find /etc/systemd/system.control/settext.service.d -type f -delete; done
        run systemctl set-property settext.service CPUWeight=5 CPUWeight=6 TasksMax=9 MemoryMax=1G
        run systemctl set-property --runtime settext.service CPUWeight=7 MemoryLow=1M
        run systemctl set-property settext.slice MemoryMax=1G Description=' a  b '
        run systemctl set-property settext.socket MemoryMax=1G
        texts`,
    },
    'controllers that a slice forbids': {
      units: { 'setdisable.slice': `${no}[Slice]\nDisableControllers=io\n`, 'setdisable.service': `${no}[Service]\nExecStart=/act wait\n` },
      script: `${functions}
        systemctl start setdisable.slice setdisable.service
        for each in memory cpu 'pids memory' bogus 'cpu bogus' 'cpu,io' '' io; do
          run systemctl set-property setdisable.slice DisableControllers="$each"
          shown setdisable.slice DisableControllers
        done
        run systemctl set-property setdisable.service DisableControllers='pids cpu'
        shown setdisable.service DisableControllers
        systemctl daemon-reload
        shown setdisable.slice DisableControllers
        shown setdisable.service DisableControllers
        files setdisable`,
    },
    'units that a pattern fits, and no limit of tasks': {
      units: Object.fromEntries(
        ['setglob-1', 'setglob-2', 'setglob-3'].map((name) => [`${name}.service`, `${no}[Service]\nExecStart=/act wait\n`]),
      ),
      script: `
        systemctl start setglob-1 setglob-2
        run systemctl set-property 'setglob-*' TasksMax=7
        table TasksMax setglob-1.service setglob-2.service setglob-3.service
        run systemctl set-property 'setglobnone-*' TasksMax=7
        run systemctl set-property 'setglob-*' TasksMax=x
        run systemctl set-property --runtime setglob-1 TasksMax=
        table TasksMax setglob-1.service
        run systemctl set-property 'setglob-1 setglob-2' TasksMax=4
        systemd-run --quiet --unit=setglob-run -p TasksMax= /act wait
        table TasksMax setglob-run.service`,
    },
  },
  { profile: 'dbus' },
);
