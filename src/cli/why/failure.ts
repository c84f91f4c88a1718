import type { HistoryEntry, StateEntry } from '../../api/history.ts';

/** What of a unit's files is behind an event: the settings that may have decided it, the likeliest first, and the program or the value by which the line is told from others. */
export interface Behind {
  readonly settings: readonly string[];
  readonly program?: string;
  readonly value?: string;
  /** Only where there is no other line of these settings that it may have been. */
  readonly alone?: true;
}

/** The change with which the failure began that the change at this index still tells of: what comes after it only cleans up. */
export function originOf(entries: readonly HistoryEntry[], index: number, failed: StateEntry): StateEntry {
  let origin = failed;
  if (failed.result === undefined || failed.result === 'start-limit-hit' || failed.cause.startsWith('it was started too often'))
    return origin;
  for (let at = index - 1; at >= 0; at--) {
    const entry = entries[at];
    if (entry === undefined || entry.unit !== failed.unit) continue;
    if (entry.what !== 'state' || entry.result !== failed.result || / job \d+$/.test(entry.cause)) break;
    origin = entry;
  }
  return origin;
}

/** What began a failure, in words that need no other line beside them. */
export function failureText({ cause, from, result }: StateEntry): string {
  const doing = stepOf(from);
  if (cause === 'this step took longer than its time limit') return limits.find(([steps]) => steps.test(doing))?.[1] ?? cause;
  if (result === 'oom-kill' && cause.endsWith('was killed by SIGKILL')) return `${cause}: the kernel did that, as memory ran out`;
  // The lookup's own words for a name that there is not.
  return cause.replace(/^(Failed at step (?:USER|GROUP) .*): No such process$/, '$1: there is no such account');
}

/** The lines of the unit's files that the failure is about, as far as its cause tells. */
export function behindFailure({ cause, from, result }: StateEntry): Behind | undefined {
  const doing = stepOf(from);
  if (cause === 'this step took longer than its time limit') {
    return { settings: /^(?:condition|start|auto)/.test(doing) ? ['TimeoutStartSec', 'TimeoutSec'] : ['TimeoutStopSec', 'TimeoutSec'] };
  }
  const told = namedIn.find(([words]) => cause.includes(words));
  if (told !== undefined) return { settings: told[1] };
  if (result === 'oom-kill') return { settings: ['MemoryMax', 'MemoryHigh'] };
  const [, step = '', spawned] = /^Failed at step (\w+) spawning (.*?): /.exec(cause) ?? [];
  const [, ended] = /^(\/.*) (?:exited with status|was killed by) /.exec(cause) ?? [];
  const program = spawned ?? ended;
  const settings = steps[step];
  if (settings !== undefined) return { settings };
  return program === undefined ? undefined : { settings: commandsOf(doing), program };
}

/** The line of a timer, path or socket that has made it trigger its unit. */
export function behindTrigger({ unit, to }: StateEntry): Behind | undefined {
  const settings = to === 'active (running)' ? triggerLines[unit.slice(unit.lastIndexOf('.') + 1)] : undefined;
  return settings === undefined ? undefined : { settings, alone: true };
}

const triggerLines: Readonly<Record<string, readonly string[]>> = {
  timer: [
    'OnCalendar',
    'OnActiveSec',
    'OnBootSec',
    'OnStartupSec',
    'OnUnitActiveSec',
    'OnUnitInactiveSec',
    'OnClockChange',
    'OnTimezoneChange',
  ],
  path: ['PathExists', 'PathExistsGlob', 'PathChanged', 'PathModified', 'DirectoryNotEmpty'],
  socket: [
    'ListenStream',
    'ListenDatagram',
    'ListenSequentialPacket',
    'ListenFIFO',
    'ListenNetlink',
    'ListenSpecial',
    'ListenMessageQueue',
  ],
};

/** The assignment that a text such as `ConditionPathExists=/x did not hold` begins with. */
export function behindCondition(cause: string): Behind | undefined {
  const [, name, value] = /^((?:Condition|Assert)\w+)=(.*?)(?: did not hold$|, (?:Condition|Assert))/.exec(cause) ?? [];
  return name === undefined || value === undefined ? undefined : { settings: [name], value };
}

/** `start-pre` of `activating (start-pre)`. */
function stepOf(state: string): string {
  return /\((.*)\)$/.exec(state)?.[1] ?? '';
}

const limits: readonly (readonly [RegExp, string])[] = [
  [/^(?:condition|start|auto)/, 'its start took longer than its time limit (TimeoutStartSec=)'],
  [/^reload/, 'its reload took longer than its time limit (TimeoutStartSec=)'],
  [/^(?:stop|final|deactivating)/, 'its stop took longer than its time limit (TimeoutStopSec=)'],
];

const namedIn: readonly (readonly [string, readonly string[]])[] = [
  ['no watchdog message came in time', ['WatchdogSec']],
  ['RuntimeMaxSec=', ['RuntimeMaxSec']],
  ['it was started too often', ['StartLimitBurst', 'StartLimitIntervalSec', 'StartLimitInterval']],
];

/** Which settings a step before exec is about, by the name of its exit status (systemd.exec(5), "Process exit codes"); for others the command is. */
const steps: Readonly<Record<string, readonly string[]>> = {
  CHDIR: ['WorkingDirectory'],
  NICE: ['Nice'],
  OOM_ADJUST: ['OOMScoreAdjust'],
  STDIN: ['StandardInput', 'TTYPath'],
  STDOUT: ['StandardOutput', 'TTYPath'],
  STDERR: ['StandardError', 'StandardOutput'],
  CHROOT: ['RootDirectory', 'RootImage'],
  IOPRIO: ['IOSchedulingClass', 'IOSchedulingPriority'],
  SECUREBITS: ['SecureBits'],
  SETSCHEDULER: ['CPUSchedulingPolicy', 'CPUSchedulingPriority'],
  CPUAFFINITY: ['CPUAffinity'],
  GROUP: ['Group', 'SupplementaryGroups', 'User'],
  USER: ['User'],
  CAPABILITIES: ['CapabilityBoundingSet', 'AmbientCapabilities'],
  PAM: ['PAMName'],
  SECCOMP: ['SystemCallFilter', 'RestrictAddressFamilies', 'RestrictNamespaces', 'SystemCallArchitectures'],
  PERSONALITY: ['Personality'],
  APPARMOR: ['AppArmorProfile'],
  SELINUX_CONTEXT: ['SELinuxContext'],
  SMACK_PROCESS_LABEL: ['SmackProcessLabel'],
  ADDRESS_FAMILIES: ['RestrictAddressFamilies'],
  RUNTIME_DIRECTORY: ['RuntimeDirectory'],
  STATE_DIRECTORY: ['StateDirectory'],
  CACHE_DIRECTORY: ['CacheDirectory'],
  LOGS_DIRECTORY: ['LogsDirectory'],
  CONFIGURATION_DIRECTORY: ['ConfigurationDirectory'],
  NUMA_POLICY: ['NUMAPolicy', 'NUMAMask'],
  BPF: ['RestrictFileSystems'],
  CREDENTIALS: ['LoadCredential', 'LoadCredentialEncrypted', 'SetCredential', 'SetCredentialEncrypted', 'ImportCredential'],
};

/** Whose processes run in a step: those of this command list, or the main process. */
function commandsOf(step: string): readonly string[] {
  const own = commandLists[step];
  return own === undefined ? ['ExecStart'] : [own, 'ExecStart'];
}

const commandLists: Readonly<Record<string, string>> = {
  condition: 'ExecCondition',
  'start-pre': 'ExecStartPre',
  'start-post': 'ExecStartPost',
  reload: 'ExecReload',
  'stop-pre': 'ExecStopPre',
  stop: 'ExecStop',
  'stop-post': 'ExecStopPost',
};
