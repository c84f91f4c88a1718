import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Case, compareManagers, type Difference } from '../run/both.ts';

/** Each setting by itself. */
const alone: Readonly<Record<string, string>> = {
  'no filter at all': '',
  'an allow list that kills': 'SystemCallFilter=@system-service',
  'an allow list that fails': 'SystemCallFilter=@system-service\nSystemCallErrorNumber=EPERM',
  'an allow list with an error that is not usual': 'SystemCallFilter=@system-service\nSystemCallErrorNumber=ENOANO',
  'a deny list': 'SystemCallFilter=~@mount @clock sethostname\nSystemCallErrorNumber=EPERM',
  'a deny list that kills': 'SystemCallFilter=~@mount',
  'errors of their own': 'SystemCallFilter=~@mount:ENOSYS swapon:EACCES swapoff:kill @clock:5 sethostname',
  'an allow list that takes back':
    'SystemCallFilter=@system-service\nSystemCallFilter=~@privileged @resources\nSystemCallErrorNumber=EPERM',
  'an allow list that takes back with errors':
    'SystemCallFilter=@system-service\nSystemCallFilter=~@chown:EIO setpriority:kill uname\nSystemCallErrorNumber=EPERM',
  'a deny list that gives back': 'SystemCallFilter=~@mount @swap\nSystemCallFilter=umount2 swapoff\nSystemCallErrorNumber=EPERM',
  'a list that is reset': 'SystemCallFilter=~@mount\nSystemCallFilter=\nSystemCallFilter=~@clock\nSystemCallErrorNumber=EPERM',
  'a list that is reset to nothing': 'SystemCallFilter=~@mount\nSystemCallFilter=',
  'names that there are not': 'SystemCallFilter=~nonsense @nonsense @clock\nSystemCallErrorNumber=EPERM',
  'only names that there are not': 'SystemCallFilter=~nonsense @nonsense',
  'an allow list with errors': 'SystemCallFilter=@system-service mount:EIO\nSystemCallErrorNumber=EPERM',
  'parts of socketcall and of ipc': 'SystemCallFilter=~socket accept shmat:EIO semtimedop\nSystemCallErrorNumber=EPERM',
  'allowed parts of socketcall and of ipc':
    'SystemCallFilter=@basic-io @file-system @process @signal @io-event @timer socket bind shmat shmget\nSystemCallErrorNumber=EPERM',
  'all known calls': 'SystemCallFilter=@known\nSystemCallErrorNumber=EPERM',
  'obsolete calls': 'SystemCallFilter=~@obsolete @cpu-emulation @debug @keyring @module @raw-io @reboot @swap\nSystemCallErrorNumber=EPERM',
  'every other group': 'SystemCallFilter=~@aio @chown @ipc @memlock @pkey @setuid @sync\nSystemCallErrorNumber=EPERM',
  'a number without a filter': 'SystemCallErrorNumber=EPERM',
  'a bad number': 'SystemCallFilter=~@clock\nSystemCallErrorNumber=0',
  'only the native architecture': 'SystemCallArchitectures=native',
  'two architectures': 'SystemCallArchitectures=native x86',
  'only another architecture': 'SystemCallArchitectures=x86',
  x32: 'SystemCallArchitectures=x32',
  'calls that are logged': 'SystemCallLog=@clock',
  'all calls but some are logged': 'SystemCallLog=~@known',
  'families allowed': 'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6',
  'families denied': 'RestrictAddressFamilies=~AF_PACKET AF_NETLINK',
  'no family': 'RestrictAddressFamilies=none',
  'no family, and then one': 'RestrictAddressFamilies=none\nRestrictAddressFamilies=AF_UNIX',
  'families added and taken away':
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_NETLINK\nRestrictAddressFamilies=~AF_INET AF_VSOCK\nRestrictAddressFamilies=AF_CAN',
  'families that there are not': 'RestrictAddressFamilies=AF_NONSENSE AF_UNIX',
  'none among families': 'RestrictAddressFamilies=none AF_UNIX',
  'all families but none': 'RestrictAddressFamilies=~none',
  'families denied, and all given back': 'RestrictAddressFamilies=~AF_INET\nRestrictAddressFamilies=AF_INET',
  'families denied, and one given back': 'RestrictAddressFamilies=~AF_INET AF_INET6\nRestrictAddressFamilies=AF_INET',
  'no namespaces': 'RestrictNamespaces=yes',
  'all namespaces': 'RestrictNamespaces=no',
  'some namespaces': 'RestrictNamespaces=net mnt',
  'all namespaces but some': 'RestrictNamespaces=~user cgroup',
  'namespaces added and taken away': 'RestrictNamespaces=net mnt uts\nRestrictNamespaces=~mnt\nRestrictNamespaces=ipc',
  'no real time': 'RestrictRealtime=yes',
  'no bits of set-user-ID': 'RestrictSUIDSGID=yes',
  'a locked personality': 'LockPersonality=yes',
  'no code that can be written': 'MemoryDenyWriteExecute=yes',
  'no new privileges': 'NoNewPrivileges=yes',
  'a protected clock': 'ProtectClock=yes',
  'protected modules': 'ProtectKernelModules=yes',
  'protected logs of the kernel': 'ProtectKernelLogs=yes',
  'protected tunables': 'ProtectKernelTunables=yes',
  'a protected host name': 'ProtectHostname=yes',
  'private devices': 'PrivateDevices=yes',
  'all that is protected, as another user':
    'User=nobody\nProtectClock=yes\nProtectKernelModules=yes\nProtectKernelLogs=yes\nProtectHostname=yes',
};

/** As another user there is no CAP_SYS_ADMIN, so new privileges are given up. */
const asUser: Readonly<Record<string, string>> = {
  'nobody with an allow list': 'User=nobody\nSystemCallFilter=@system-service\nSystemCallErrorNumber=EPERM',
  'nobody without real time': 'User=nobody\nRestrictRealtime=yes',
  'nobody with families': 'User=nobody\nRestrictAddressFamilies=AF_UNIX',
  'nobody with nothing': 'User=nobody',
  'nobody with a number only': 'User=nobody\nSystemCallErrorNumber=EPERM',
  'a kind of namespace that there is not': 'RestrictNamespaces=net nope',
  'nobody with all namespaces': 'User=nobody\nRestrictNamespaces=no',
  'root by name': 'User=root\nSystemCallFilter=~@clock\nSystemCallErrorNumber=EPERM',
  'nobody whose command keeps its privileges':
    'User=nobody\nSystemCallFilter=~@clock\nSystemCallErrorNumber=EPERM\nExecStart=\nExecStart=+/act filters',
  'nobody whose command keeps its user':
    'User=nobody\nSystemCallFilter=~@clock\nSystemCallErrorNumber=EPERM\nExecStart=\nExecStart=!/act filters',
};

/** As the units of common packages combine them. */
const combined: Readonly<Record<string, string>> = {
  'a login manager': `SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes`,
  'a network manager': `User=nobody
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX AF_NETLINK AF_INET AF_INET6 AF_PACKET
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes`,
  'a resolver': `User=nobody
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_UNIX AF_NETLINK AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes`,
  'a journal': `SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
LockPersonality=yes`,
  'a device manager': `SystemCallFilter=@system-service @module @raw-io bpf
SystemCallFilter=~@clock
SystemCallErrorNumber=EPERM
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX AF_NETLINK AF_INET AF_INET6
RestrictRealtime=yes
RestrictSUIDSGID=yes
MemoryDenyWriteExecute=yes
LockPersonality=yes`,
  'a home manager': `SystemCallFilter=@system-service @mount quotactl
SystemCallErrorNumber=EPERM
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX AF_NETLINK AF_ALG AF_INET AF_INET6
RestrictNamespaces=mnt user
RestrictRealtime=yes
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes
LockPersonality=yes`,
  'a clock': `User=nobody
SystemCallFilter=@system-service @clock
SystemCallErrorNumber=EPERM
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes`,
  'a host name service': `SystemCallFilter=@system-service sethostname
SystemCallErrorNumber=EPERM
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
MemoryDenyWriteExecute=yes
LockPersonality=yes`,
  'a key-value store': `User=nobody
NoNewPrivileges=true
MemoryDenyWriteExecute=true
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources`,
  'a name server': `SystemCallFilter=~@clock @cpu-emulation @debug @keyring @module mount @obsolete @resources
RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX
RestrictRealtime=true
RestrictNamespaces=yes
MemoryDenyWriteExecute=true
NoNewPrivileges=true
LockPersonality=true
SystemCallArchitectures=native`,
  'a recursive name server': `MemoryDenyWriteExecute=true
NoNewPrivileges=true
RestrictAddressFamilies=AF_INET AF_NETLINK AF_INET6 AF_UNIX
RestrictRealtime=true
SystemCallArchitectures=native
SystemCallFilter=~@clock @cpu-emulation @debug @keyring @module mount @obsolete @resources
RestrictNamespaces=yes
LockPersonality=yes
RestrictSUIDSGID=yes`,
  'a cache': `User=nobody
NoNewPrivileges=true
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
MemoryDenyWriteExecute=true
RestrictRealtime=true
RestrictNamespaces=true
LockPersonality=true
SystemCallArchitectures=native
SystemCallFilter=~@clock @cpu-emulation @debug @module @mount @obsolete @raw-io @reboot @swap
SystemCallErrorNumber=EPERM`,
  'a mail server': `SystemCallFilter=@system-service
SystemCallFilter=~@resources
SystemCallErrorNumber=EPERM
RestrictSUIDSGID=yes
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
MemoryDenyWriteExecute=yes`,
  'a torrent client': `User=nobody
NoNewPrivileges=true
MemoryDenyWriteExecute=true
LockPersonality=yes
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service
SystemCallFilter=~@resources @privileged`,
  'a fingerprint of hardware': `SystemCallFilter=@system-service @raw-io
SystemCallErrorNumber=EPERM
SystemCallArchitectures=native
RestrictRealtime=yes
RestrictNamespaces=user pid
RestrictAddressFamilies=AF_NETLINK AF_UNIX AF_INET AF_INET6 AF_QIPCRTR
MemoryDenyWriteExecute=no`,
  'a random number daemon': `SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@basic-io @file-system @io-event @network-io @signal @process
SystemCallFilter=arch_prctl brk ioctl mprotect sysinfo uname
SystemCallFilter=umask
RestrictNamespaces=true
RestrictRealtime=true
LockPersonality=true
MemoryDenyWriteExecute=true`,
  'a power daemon': `SystemCallFilter=@system-service
SystemCallFilter=~@resources @privileged
SystemCallErrorNumber=EPERM
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=true
RestrictSUIDSGID=true
LockPersonality=yes
MemoryDenyWriteExecute=true
NoNewPrivileges=yes`,
  'a location service': `User=nobody
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=~user
RestrictRealtime=yes
NoNewPrivileges=yes
SystemCallArchitectures=native x86`,
  'a policy daemon': `User=nobody
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
RestrictAddressFamilies=AF_UNIX
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
LockPersonality=true
MemoryDenyWriteExecute=true
NoNewPrivileges=true`,
  'a scanner': `MemoryDenyWriteExecute=no
SystemCallFilter=~@mount @swap @reboot @module:EACCES
SystemCallErrorNumber=EIO
LockPersonality=yes`,
  'two filters that disagree about the error': `SystemCallFilter=~clone3:EIO openat2:EIO pkey_mprotect:ENOANO
RestrictNamespaces=yes
RestrictSUIDSGID=yes
MemoryDenyWriteExecute=yes`,
  'a filter and a log': `SystemCallLog=@clock @module
SystemCallFilter=~@clock:EPERM`,
  'a log and an allow list': `SystemCallLog=~@known
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM`,
  'a web server': `NoNewPrivileges=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
SystemCallFilter=~@debug @mount @cpu-emulation @obsolete @reboot:ENOSYS`,
  'a personality of 32 bits': 'Personality=x86-64\nLockPersonality=yes\nSystemCallArchitectures=native x86\nSystemCallFilter=~@swap:EIO',
  'a container of everything': `SystemCallFilter=@system-service @mount @privileged
SystemCallErrorNumber=EPERM
RestrictNamespaces=cgroup ipc net mnt pid user uts
RestrictAddressFamilies=~AF_PACKET`,
};

const temporary: readonly Difference[] = ['openat', 'open'].map((call) => ({
  systemd: `${call} temporary 1a4=2 9ed=2 5ed=2 ded=2 3ff=2`,
  tysd: `${call} temporary 1a4=2 9ed=1 5ed=1 ded=1 3ff=2`,
  why: 'open(2) with O_TMPFILE makes files with set-user-ID bits as well',
}));

/** Those that do not come so far, since a call that the program itself needs ends it or fails. */
const cut: ReadonlySet<string> = new Set(['a key-value store', 'a recursive name server']);

const hasCompatCalls = process.arch === 'x64' && askForCompatCalls();

/** The version in the upper half of ipc(2)'s first argument lets a call pass systemd's filter. */
const versions: Readonly<Record<string, Difference>> = {
  'parts of socketcall and of ipc': {
    systemd: 'compat ipc 1=7 2=22 3=14 5=38 8=38 b=14 d=17 e=22 12=38 15=5 16=22 17=22 18=22 10015=22',
    tysd: 'compat ipc 1=7 2=22 3=14 5=38 8=38 b=14 d=17 e=22 12=38 15=5 16=22 17=22 18=22 10015=5',
    why: 'shmat is denied in whatever version',
  },
  'allowed parts of socketcall and of ipc': {
    systemd: 'compat ipc 1=1 2=1 3=1 5=1 8=1 b=1 d=1 e=1 12=1 15=22 16=1 17=22 18=1 10015=1',
    tysd: 'compat ipc 1=1 2=1 3=1 5=1 8=1 b=1 d=1 e=1 12=1 15=22 16=1 17=22 18=1 10015=22',
    why: 'shmat is allowed in whatever version',
  },
};

/** Whether the kernel has the system calls of i386; where it has none, `int $0x80` ends the program, under both managers. */
function askForCompatCalls(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-compat-'));
  try {
    const program =
      'int main(void) { long id; __asm__ volatile("int $0x80" : "=a"(id) : "0"(20L) : "r8", "r9", "r10", "r11", "memory"); return id < 1; }';
    const made = spawnSync('cc', ['-x', 'c', '-', '-o', join(directory, 'ask')], { input: program });
    return made.status === 0 && spawnSync(join(directory, 'ask')).status === 0;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A service that makes all calls, and tells what became of each. */
function caseOf(title: string, name: string, lines: string): Case {
  const version = hasCompatCalls ? versions[title] : undefined;
  return {
    units: {
      [`${name}.service`]: `[Service]\nType=oneshot\nStandardOutput=file:/run/t/${name}\nExecStart=/act filters\n${lines}\n`,
    },
    script: `quiet systemctl start ${name}; state ${name}.service; notes ${name}`,
    differs: [...(lines.includes('RestrictSUIDSGID=') && !cut.has(title) ? temporary : []), ...(version === undefined ? [] : [version])],
  };
}

function casesOf(prefix: string, settings: Readonly<Record<string, string>>): Readonly<Record<string, Case>> {
  return Object.fromEntries(Object.entries(settings).map(([title, lines], index) => [title, caseOf(title, `${prefix}${index}`, lines)]));
}

compareManagers('filters of system calls, one by one', casesOf('one', alone));
compareManagers('filters of system calls of other users', casesOf('user', asUser));
compareManagers('filters of system calls as real units combine them', casesOf('many', combined));
