/** What the generated services of a boot do. */
export type Kind = 'oneshot' | 'simple' | 'notify' | 'chain' | 'listen' | 'arrive' | 'arrive-exit' | 'hardened';

/** What systemd-logind.service of Debian 12 asks for of its processes; its program and its watchdog apart. */
const logind = `CapabilityBoundingSet=CAP_SYS_ADMIN CAP_MAC_ADMIN CAP_AUDIT_CONTROL CAP_CHOWN CAP_DAC_READ_SEARCH CAP_DAC_OVERRIDE CAP_FOWNER CAP_SYS_TTY_CONFIG CAP_LINUX_IMMUTABLE
DeviceAllow=block-* r
DeviceAllow=char-/dev/console rw
DeviceAllow=char-drm rw
DeviceAllow=char-hvc rw
DeviceAllow=char-input rw
DeviceAllow=char-tty rw
DeviceAllow=char-vcs rw
FileDescriptorStoreMax=512
IPAddressDeny=any
LockPersonality=yes
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectSystem=strict
ReadWritePaths=/etc /run
RestrictAddressFamilies=AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RuntimeDirectory=systemd/sessions systemd/seats systemd/users systemd/inhibit systemd/shutdown
RuntimeDirectoryPreserve=yes
StateDirectory=systemd/linger
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service
LimitNOFILE=524288
`;

const services: Readonly<Record<Kind, string>> = {
  hardened: `Type=oneshot\nExecStart=/bin/true\n${logind}`,
  oneshot: 'Type=oneshot\nExecStart=/bin/true\n',
  chain: 'Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n',
  simple: 'Type=simple\nExecStart=/bin/sleep 100000\n',
  notify: 'Type=notify\nExecStart=/bench/notify-ready\n',
  listen: 'ExecStart=/bench/socket-onebyte\n',
  arrive: 'Type=simple\nExecStart=/bench/arrive\n',
  'arrive-exit': 'Type=oneshot\nExecStart=/bench/arrive exit\n',
};

/** The name of the generated service with this number. */
export function serviceName(number: number): string {
  return `b-${String(number).padStart(4, '0')}.service`;
}

/** The name of the generated socket with this number, whose service has the same. */
export function socketName(number: number): string {
  return serviceName(number).replace('.service', '.socket');
}

/** The target that is active when all generated services are, and the time has been taken. */
export const measuredTarget = 'measured.target';

/** Unit files by name: `count` services of a kind, the target over them, and what the run-time measurements start. */
export function generateUnits(kind: Kind, count: number): ReadonlyMap<string, string> {
  const units = new Map<string, string>();
  const names = Array.from({ length: count }, (_, number) => serviceName(number));
  for (const [number, name] of names.entries()) {
    const chained = kind === 'chain' && number > 0 ? `After=${serviceName(number - 1)}\nRequires=${serviceName(number - 1)}\n` : '';
    units.set(
      name,
      `[Unit]\nDescription=bench ${kind} ${number}\nDefaultDependencies=no\nBefore=bench.target\n${chained}[Service]\n${services[kind]}`,
    );
  }
  if (kind === 'listen') for (const number of names.keys()) units.set(socketName(number), listener(number));
  // Of what sockets start, only they are there at first.
  const started = kind === 'listen' ? names.map((_, number) => socketName(number)) : names;
  const wants = chunks(started, 50).map((some) => `Wants=${some.join(' ')}\n`);
  units.set('bench.target', `${unit}Description=all generated services\n${wants.join('')}`);
  // A supervisor's payload takes the time itself.
  const byPayload = kind === 'arrive' || kind === 'arrive-exit';
  units.set(
    measuredTarget,
    byPayload
      ? `${unit}Wants=bench.target\nAfter=bench.target\n`
      : `${unit}Wants=bench.target stamp.service\nAfter=bench.target stamp.service\n`,
  );
  units.set(
    'stamp.service',
    `${unit}After=bench.target\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bench/stamp /run/host/done\n`,
  );
  for (const [name, text] of runTimeUnits) units.set(name, text);
  return units;
}

function listener(number: number): string {
  return `${unit}Before=bench.target\n[Socket]\nListenStream=/run/listen/${number}\n`;
}

const unit = '[Unit]\nDefaultDependencies=no\n';
const unlimited = `${unit}StartLimitIntervalSec=0\n`;

/** How many services write at the same time. */
export const crowd = 100;

/** Never started at boot. */
const runTimeUnits: readonly (readonly [string, string])[] = [
  ['x-true.service', `${unlimited}[Service]\nType=oneshot\nExecStart=/bin/true\n`],
  ['x-sleep.service', `${unlimited}[Service]\nExecStart=/bin/sleep 100000\n`],
  ['crash.service', `${unlimited}[Service]\nExecStart=/bench/tick /run/crash.ticks\nRestart=always\nRestartSec=0\n`],
  ['revive.service', `${unlimited}[Service]\nExecStart=/bench/revive serve /run/revive\nRestart=always\nRestartSec=0\n`],
  ['unix.socket', `${unit}[Socket]\nListenStream=/run/unix.sock\nTriggerLimitIntervalSec=0\n`],
  ['unix.service', `${unlimited}[Service]\nExecStart=/bench/socket-onebyte\n`],
  ['tcp.socket', `${unit}[Socket]\nListenStream=127.0.0.1:7001\nTriggerLimitIntervalSec=0\n`],
  ['tcp.service', `${unlimited}[Service]\nExecStart=/bench/socket-onebyte\n`],
  ['accept.socket', `${unit}[Socket]\nListenStream=/run/accept.sock\nAccept=yes\nMaxConnections=1000\nTriggerLimitIntervalSec=0\n`],
  ['accept@.service', `${unit}[Service]\nExecStart=/bench/socket-onebyte --conn\n`],
  [
    'logcrowd@.service',
    `${unit}Before=logcrowd.target\n[Service]\nType=oneshot\nTimeoutStartSec=infinity\nEnvironmentFile=/run/logspam.env\nExecStart=/bench/logspam $LINES /run/logcrowd.%i\n`,
  ],
  ['logcrowd.target', `${unit}Wants=${Array.from({ length: crowd }, (_, number) => `logcrowd@${number}.service`).join(' ')}\n`],
  [
    'logspam.service',
    `${unit}[Service]\nType=oneshot\nTimeoutStartSec=infinity\nEnvironmentFile=/run/logspam.env\nExecStart=/bench/logspam $LINES /run/logspam.stamps\n`,
  ],
];

function chunks(names: readonly string[], size: number): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(names.length / size) }, (_, index) => names.slice(index * size, (index + 1) * size));
}
