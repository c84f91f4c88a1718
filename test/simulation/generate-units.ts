import type { Script } from '../../src/port/keeper-fake.ts';
import type { Random } from '../scenario/random.ts';
import { makeDirectories, makeHandling } from './generate-handling.ts';
import { makeAutomount, makeDevice, makeSwap, makeTransients } from './generate-kernel.ts';
import type { Deed } from './scenario.ts';

const SECOND = 1_000_000;

/** The units of a scenario and their programs, and what else can be done to such a machine. */
export interface Machine {
  readonly units: Record<string, readonly string[]>;
  readonly programs: Record<string, readonly Script[]>;
  readonly targets: readonly string[];
  readonly timers: readonly string[];
  /** What happens to the outside of these units. */
  readonly deeds: readonly Deed[];
}

interface Draft {
  readonly random: Random;
  readonly units: Record<string, readonly string[]>;
  readonly programs: Record<string, readonly Script[]>;
  readonly deeds: Deed[];
  readonly timers: string[];
  readonly times: Set<number>;
}

/** Makes a handful of units of all kinds, with random relations between them. */
export function makeUnits(random: Random): Machine {
  const draft: Draft = { random, units: {}, programs: {}, deeds: [], timers: [], times: new Set() };
  const services = Array.from({ length: random.chance(0.1) ? random.between(9, 20) : random.between(2, 7) }, (_, index) => `s${index}`);
  const targets = ['default.target', 'other.target', ...(random.chance(0.5) ? ['third.target'] : [])];
  const slices = random.chance(0.3) ? ['app.slice', 'app-sub.slice'] : [];
  for (const slice of slices) draft.units[slice] = ['[Unit]'];
  const names = services.map((name) => `${name}.service`);
  if (random.chance(0.25)) names.push(makeMount(draft));
  if (random.chance(0.12)) names.push(makeSwap(draft));
  if (random.chance(0.15)) names.push(...makeAutomount(draft));
  if (random.chance(0.2)) names.push(makeDevice(draft));
  if (random.chance(0.3)) makeTransients(draft);
  const hasBus = random.chance(0.15);
  if (hasBus) names.push(makeBus(draft));
  for (const name of services) makeService(draft, name, slices);
  for (const name of services) if (random.chance(0.35)) names.push(...makeTrigger(draft, name));
  relate(draft, names);
  makeHandling(draft, [
    ...services.map((name) => `${name}.service`),
    ...slices,
    ...(draft.deeds.some((deed) => deed.do === 'transient') ? ['made.scope', 'made.service'] : []),
  ]);
  for (const [index, target] of targets.entries()) {
    const wanted = names.filter(() => random.chance(index === 0 ? 0.7 : 0.3));
    if (hasBus && index === 0) wanted.push(`${busUnit}.service`);
    const wants = wanted.length === 0 ? [] : [`Wants=${wanted.join(' ')}`];
    draft.units[target] = ['[Unit]', ...(index === 0 ? [] : ['AllowIsolate=yes']), ...wants];
  }
  const { units, programs, timers, deeds } = draft;
  return { units, programs, targets: targets.slice(1), timers, deeds };
}

/** A time of that many seconds that is nobody else's. */
function ownTime({ random, times }: Draft, seconds: number): number {
  for (;;) {
    const usec = seconds * SECOND + random.between(1001, 89_999);
    if (times.has(usec)) continue;
    times.add(usec);
    return usec;
  }
}

const types = { simple: 4, exec: 2, oneshot: 3, notify: 3, 'notify-reload': 1, forking: 2, idle: 0.7 } as const;

function makeService(draft: Draft, name: string, slices: readonly string[]): void {
  const { random, units, programs } = draft;
  const type = random.weighted<keyof typeof types>(types);
  const extra = (list: string, chance: number): readonly string[] => {
    if (!random.chance(chance)) return [];
    const path = `/bin/${list}-${name}`;
    programs[path] = [
      {
        runUsec: ownTime(draft, random.chance(0.8) ? 0 : random.between(1, 9)),
        exit: random.chance(0.1) ? 1 : 0,
      },
    ];
    return [`${list}=${path}`];
  };
  const maybe = (chance: number, ...lines: readonly string[]): readonly string[] => (random.chance(chance) ? [random.one(lines)] : []);
  programs[`/bin/main-${name}`] = Array.from({ length: random.between(1, 4) }, () => mainScript(draft, type));
  if (type === 'notify-reload') answerReload(programs, name);
  units[`${name}.service`] = [
    '[Unit]',
    ...maybe(0.15, 'StopWhenUnneeded=yes'),
    ...maybe(0.25, 'StartLimitBurst=1', 'StartLimitBurst=2', 'StartLimitBurst=3'),
    ...maybe(0.15, 'StartLimitIntervalSec=5', 'StartLimitIntervalSec=30', 'StartLimitIntervalSec=0'),
    ...maybe(0.08, 'JobTimeoutSec=4', 'JobTimeoutSec=20'),
    ...maybe(0.05, 'JobRunningTimeoutSec=3'),
    ...maybe(0.1, 'CollectMode=inactive-or-failed'),
    ...maybe(0.08, 'ConditionPathExists=/run/flag', 'ConditionPathExists=!/run/flag', 'AssertPathExists=/run/flag'),
    ...maybe(0.05, 'RefuseManualStop=yes', 'RefuseManualStart=yes'),
    '[Service]',
    `Type=${type}`,
    ...maybe(0.6, 'Restart=on-failure', ...(type === 'oneshot' ? [] : ['Restart=always', 'Restart=on-success', 'Restart=on-abnormal'])),
    ...maybe(0.5, 'RestartSec=1', 'RestartSec=3', 'RestartSec=400ms', 'RestartSec=7'),
    ...maybe(0.05, 'RestartMode=direct'),
    ...(random.chance(0.15) ? [`RestartSteps=${random.between(1, 4)}`, 'RestartMaxDelaySec=13'] : []),
    ...(random.chance(0.9) ? [`TimeoutStartSec=${random.between(4, 15)}`] : []),
    ...(random.chance(0.9) ? [`TimeoutStopSec=${random.between(2, 6)}`] : []),
    ...maybe(0.15, 'RuntimeMaxSec=11', 'RuntimeMaxSec=37'),
    ...maybe(0.2, 'KillMode=mixed', 'KillMode=process', 'KillMode=none'),
    ...maybe(0.25, 'RemainAfterExit=yes'),
    ...maybe(0.1, 'SendSIGHUP=yes', 'KillSignal=SIGINT', 'TimeoutStopFailureMode=abort', 'TimeoutStartFailureMode=kill'),
    ...maybe(0.1, 'SuccessExitStatus=1', 'RestartPreventExitStatus=1', 'RestartForceExitStatus=0'),
    ...(type.startsWith('notify') ? maybe(0.3, 'WatchdogSec=4') : []),
    ...(type.startsWith('notify') ? maybe(0.3, 'NotifyAccess=all', 'NotifyAccess=exec') : []),
    ...maybe(0.1, 'FileDescriptorStoreMax=3'),
    ...maybe(0.15, `RuntimeDirectory=${name}`),
    ...makeDirectories(draft, name),
    ...(slices.length > 0 ? maybe(0.5, ...slices.map((slice) => `Slice=${slice}`)) : []),
    ...extra('ExecCondition', 0.05),
    ...extra('ExecStartPre', 0.25),
    `ExecStart=/bin/main-${name}`,
    ...extra('ExecStartPost', 0.2),
    ...(type === 'notify-reload' ? [] : extra('ExecReload', 0.4)),
    ...extra('ExecStop', 0.2),
    ...extra('ExecStopPost', 0.2),
  ];
}

/** What a main process does in one of its lives. */
function mainScript(draft: Draft, type: keyof typeof types): Script {
  const { random } = draft;
  const life = type === 'oneshot' ? random.between(0, 6) : random.between(1, 40);
  const endsAlone = type === 'oneshot' || type === 'forking' || random.chance(0.5);
  const runUsec = endsAlone ? { runUsec: ownTime(draft, type === 'forking' ? random.between(0, 2) : life) } : {};
  const ready =
    type.startsWith('notify') && random.chance(0.9) ? [{ afterUsec: ownTime(draft, random.between(0, 5)), text: 'READY=1' }] : [];
  const child = (): Script => ({
    ...(random.chance(0.5) ? { runUsec: ownTime(draft, random.between(3, 50)) } : {}),
    ...(random.chance(0.2) ? { ignores: [15] } : {}),
  });
  return {
    ...runUsec,
    ...(random.chance(0.25) ? { exit: 1 } : {}),
    ...(random.chance(0.07) ? { killedBy: 11 } : {}),
    notify: [...ready, ...(random.chance(0.3) ? chatter(draft) : [])],
    ...(random.chance(0.15) ? { ignores: [15] } : {}),
    ...(random.chance(0.15) ? { slowUsec: ownTime(draft, random.between(0, 3)) } : {}),
    ...(type === 'forking' ? { forks: Array.from({ length: random.chance(0.85) ? 1 : 2 }, child) } : {}),
    ...(type !== 'forking' && random.chance(0.15) ? { forks: Array.from({ length: random.between(1, 4) }, child) } : {}),
    ...(random.chance(0.04) ? { forkErrno: 11 } : {}),
    ...(random.chance(0.04) ? { execErrno: random.one([2, 13]) } : {}),
  };
}

/** What services say besides that they are ready, now and then in a flood. */
function chatter(draft: Draft): NonNullable<Script['notify']> {
  const { random } = draft;
  const words = ['STATUS=at work', 'WATCHDOG=1', 'WATCHDOG=1', 'EXTEND_TIMEOUT_USEC=3000000', 'ERRNO=5', 'nonsense'];
  if (random.chance(0.2)) {
    const flood = { times: random.between(50, 400), everyUsec: random.between(1007, 29_989) };
    return [{ afterUsec: ownTime(draft, random.between(0, 10)), text: random.one(words), ...flood }];
  }
  return Array.from({ length: random.between(1, 5) }, () => {
    const afterUsec = ownTime(draft, random.between(0, 30));
    if (random.chance(0.05)) return { afterUsec, text: 'FDSTORE=1', fds: 1 };
    return { afterUsec, text: random.one([...words, 'STOPPING=1', 'RELOADING=1']) };
  });
}

function answerReload(programs: Record<string, readonly Script[]>, name: string): void {
  programs[`/bin/main-${name}`] = (programs[`/bin/main-${name}`] ?? []).map((script) => ({
    ...script,
    answers: { 1: 'RELOADING=1\nMONOTONIC_USEC=900000000000\nREADY=1' },
  }));
}

function makeMount({ random, units, deeds }: Draft): string {
  units['data.mount'] = ['[Unit]', '[Mount]', 'What=tmpfs', 'Where=/data', 'Type=tmpfs', ...(random.chance(0.5) ? ['TimeoutSec=5'] : [])];
  deeds.push(
    { do: 'mount', where: 'data' },
    { do: 'unmount', where: 'data' },
    { do: 'mount', where: 'elsewhere' },
    { do: 'unmount', where: 'elsewhere' },
  );
  return 'data.mount';
}

/** A message bus, and a service that is up when it owns its name. The bus itself always runs: the fake one has no process. */
function makeBus(draft: Draft): string {
  const { units, programs, deeds } = draft;
  const always = ['[Unit]', 'IgnoreOnIsolate=yes', 'DefaultDependencies=no'];
  units[`${busUnit}.socket`] = [...always, '[Socket]', 'ListenStream=/run/dbus/system_bus_socket'];
  units[`${busUnit}.service`] = [...always, 'Requires=dbus.socket', '[Service]', 'ExecStart=/bin/daemon-dbus'];
  units['named.service'] = [
    '[Unit]',
    '[Service]',
    'Type=dbus',
    'BusName=org.example.A',
    'ExecStart=/bin/daemon-named',
    'TimeoutStartSec=9',
    'TimeoutStopSec=4',
    'Restart=on-failure',
  ];
  programs['/bin/daemon-named'] = [{ runUsec: ownTime(draft, 20) }, {}];
  deeds.push({ do: 'own', name: 'org.example.A' }, { do: 'own', name: 'org.example.A' }, { do: 'release', name: 'org.example.A' });
  return 'named.service';
}

/** Nobody asks anything of the bus. */
export const busUnit = 'dbus';

function makeTrigger(draft: Draft, name: string): readonly string[] {
  const kind = draft.random.weighted({ timer: 5, socket: 3, accept: 2, path: 3 });
  return triggers[kind](draft, name);
}

const triggers: Readonly<Record<'timer' | 'socket' | 'accept' | 'path', (draft: Draft, name: string) => readonly string[]>> = {
  timer: ({ random, units, timers, deeds }, name) => {
    const lines = [
      'OnActiveSec=7',
      'OnUnitActiveSec=9',
      'OnUnitInactiveSec=5',
      'OnCalendar=*:*:0/10',
      'OnCalendar=*:0/1',
      'OnBootSec=33',
      'OnClockChange=yes',
    ];
    const chosen = lines.filter(() => random.chance(0.35));
    units[`${name}.timer`] = [
      '[Unit]',
      '[Timer]',
      `AccuracySec=${random.one(['1us', '1us', '1us', '3', '20'])}`,
      ...(chosen.length === 0 ? ['OnActiveSec=11'] : chosen),
      ...(random.chance(0.2) ? ['RandomizedDelaySec=3', ...(random.chance(0.7) ? ['FixedRandomDelay=yes'] : [])] : []),
      ...(random.chance(0.15) ? ['Persistent=yes'] : []),
      ...(random.chance(0.15) ? ['RemainAfterElapse=no'] : []),
    ];
    timers.push(`${name}.timer`);
    deeds.push({ do: 'set-clock', byUsec: 5 * SECOND });
    return [`${name}.timer`];
  },
  socket: ({ units, deeds }, name) => {
    units[`${name}.socket`] = ['[Unit]', '[Socket]', `ListenStream=/run/${name}.sock`];
    deeds.push({ do: 'traffic', unit: `${name}.socket` }, { do: 'traffic', unit: `${name}.socket` });
    return [`${name}.socket`];
  },
  accept: (draft, name) => {
    const { random, units, programs, deeds } = draft;
    const socket = `in-${name}.socket`;
    units[socket] = [
      '[Unit]',
      '[Socket]',
      `ListenStream=/run/in-${name}.sock`,
      'Accept=yes',
      ...(random.chance(0.5) ? ['MaxConnections=2'] : []),
    ];
    units[`in-${name}@.service`] = ['[Unit]', '[Service]', `ExecStart=/bin/serve-${name}`];
    programs[`/bin/serve-${name}`] = [{ runUsec: ownTime(draft, 2) }, { runUsec: ownTime(draft, 15), exit: 1 }, {}];
    for (const pid of [501, 502, 503]) deeds.push({ do: 'connect', unit: socket, pid });
    return [socket];
  },
  path: ({ random, units, deeds }, name) => {
    const path = `/run/watched-${name}`;
    units[`${name}.path`] = [
      '[Unit]',
      '[Path]',
      `${random.one(['PathChanged', 'PathModified', 'PathExists', 'DirectoryNotEmpty'])}=${path}`,
    ];
    const file = random.chance(0.3) ? `${path}/file` : path;
    deeds.push(
      { do: 'write', path: file },
      { do: 'write', path: file },
      { do: 'remove', path: file },
      { do: 'write', path: '/run/flag' },
      { do: 'remove', path: '/run/flag' },
    );
    return [`${name}.path`];
  },
};

const relations = {
  After: 9,
  Before: 3,
  Wants: 6,
  Requires: 5,
  BindsTo: 3,
  Requisite: 1,
  PartOf: 3,
  Upholds: 1,
  Conflicts: 1.5,
  OnFailure: 2,
  OnSuccess: 1.5,
  PropagatesStopTo: 1,
  StopPropagatedFrom: 1,
  PropagatesReloadTo: 1,
  JoinsNamespaceOf: 0.2,
} as const;

function relate({ random, units }: Draft, names: readonly string[]): void {
  const count = random.between(0, names.length * 2);
  for (let made = 0; made < count; made += 1) {
    const [from, to] = [random.one(names), random.one(names)];
    const lines = units[from];
    if (lines === undefined || from === to) continue;
    const kind = random.weighted<keyof typeof relations>(relations);
    const at = lines.indexOf('[Unit]') + 1;
    units[from] = [...lines.slice(0, at), ...(at === 0 ? ['[Unit]'] : []), `${kind}=${to}`, ...lines.slice(at)];
  }
}
