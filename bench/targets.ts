import { findRow, type Measured } from './report.ts';
import { crowdStored } from './logs.ts';
import { recovered } from './recovery.ts';
import { operations } from './runtime.ts';
import { costs } from './slope.ts';
import { figure, renderTable } from './table.ts';

interface Target {
  readonly wanted: string;
  /** What was measured, and what it may be at most (or must be at least), in the same unit; undefined where it was not measured in this run. */
  readonly measure: (measured: Measured) => Found;
}

type Found =
  | { readonly value: number; readonly limit: number; readonly least?: boolean; readonly unit: string; readonly made?: string }
  | undefined;

const targets: readonly Target[] = [
  { wanted: '1,000 oneshots: at most 1.5x the floor of two parallel spawns', measure: (measured) => toFloor(measured, 'oneshot') },
  { wanted: '1,000 long-running services: no slower (at most 1.5x the same floor)', measure: (measured) => toFloor(measured, 'simple') },
  { wanted: 'CPU cost of a further oneshot flat from 100 to 5,000 (1.25x is noise)', measure: (measured) => growth(measured, 'oneshot') },
  { wanted: 'CPU cost of a further long-running service flat from 100 to 5,000', measure: (measured) => growth(measured, 'simple') },
  {
    // The client is a static C program, whose own start is what the floor is: a spawn of one.
    wanted: "start of a oneshot: within 3x the spawn floor plus the client's own start",
    measure: ({ runTime }) => {
      const tysd = runTime.get('tysd');
      const [start, spawn] = [operations.startOneshot, operations.spawn].map((name) => tysd?.median(name));
      if (start === undefined || spawn === undefined) return undefined;
      return { value: (start - spawn) / spawn, limit: 3, unit: 'x spawn above the client' };
    },
  },
  {
    wanted: 'first byte through a socket-activated service (unix): under 3 ms',
    measure: (measured) => firstByte(measured, operations.firstByteUnix),
  },
  {
    wanted: 'first byte through a socket-activated service (tcp): under 3 ms',
    measure: (measured) => firstByte(measured, operations.firstByteTcp),
  },
  {
    wanted: 'a service killed by SIGKILL runs again within 3 ms',
    measure: ({ runTime }) => {
      const value = runTime.get('tysd')?.median(operations.revival);
      return value === undefined ? undefined : { value, limit: 3, unit: 'ms' };
    },
  },
  {
    wanted: 'crash restarts a second: 2.35x those of systemd',
    measure: (measured) => toSystemd(measured, operations.crashes, { limit: 2.35, least: true }, operations.crashesFloor),
  },
  {
    wanted: 'a call of is-active: at most 2x what systemctl takes',
    measure: (measured) => toSystemd(measured, operations.isActive, { limit: 2 }),
  },
  {
    wanted: 'daemon-reload with many active: 0.25x what systemd takes',
    measure: (measured) => toSystemd(measured, operations.reload, { limit: 0.25 }),
  },
  {
    wanted: 'a transaction over 5,000 units: no slower than systemd',
    measure: (measured) => toSystemd(measured, operations.transaction, { limit: 1 }),
  },
  {
    wanted: 'daemon-reload with 5,000 targets: 0.25x what systemd takes',
    measure: (measured) => toSystemd(measured, operations.transactionReload, { limit: 0.25 }),
  },
  {
    wanted: 'arming of 10,000 timers: no slower than systemd',
    measure: (measured) => toSystemd(measured, operations.timersArm, { limit: 1 }),
  },
  {
    wanted: '10,000 armed timers cost no CPU while they wait: at most 1 ms a second',
    measure: ({ runTime }) => {
      const value = runTime.get('tysd')?.median(operations.timersIdle);
      return value === undefined ? undefined : { value, limit: 1, unit: 'ms' };
    },
  },
  {
    wanted: 'memory with 10,000 armed timers: no more than systemd',
    measure: (measured) => toSystemd(measured, operations.timersMemory, { limit: 1 }),
  },
  {
    wanted: 'start of 1,000 listening sockets: no slower than systemd',
    measure: (measured) => toSystemd(measured, operations.listenAll, { limit: 1 }),
  },
  {
    wanted: 'stop of many: 0.3x what systemd takes',
    measure: (measured) => toSystemd(measured, operations.stopAll, { limit: 0.3 }, operations.stopFloor),
  },
  {
    wanted: 'connections a second with Accept=yes: 3.85x those of systemd',
    measure: (measured) => toSystemd(measured, operations.accepted, { limit: 3.85, least: true }, operations.acceptedFloor),
  },
  {
    wanted: '100 services that write at once: lines a second, no fewer than journald',
    measure: ({ logs }) => {
      const [own, theirs] = ['tysd', 'systemd'].map((name) => logs.get(name)?.median(crowdStored));
      return own === undefined || theirs === undefined ? undefined : { value: own / theirs, limit: 1, least: true, unit: 'x' };
    },
  },
  {
    wanted: "a service with systemd-logind's whole sandbox: less processor time than systemd's",
    measure: (measured) => hardened(measured, 'cpuEachUs'),
  },
  { wanted: 'the same: no more wall time', measure: (measured) => hardened(measured, 'eachUs') },
  {
    wanted: 'its plan is compiled, when all is warm, in 100 us',
    measure: ({ compile }) => compile && { value: compile.laterUs, limit: 100, unit: 'us', made: `the first: ${figure(compile.firstUs)}` },
  },
  { wanted: 'the manager answers after SIGKILL with 100 units: within 50 ms', measure: (measured) => answer(measured, 100, 50) },
  { wanted: 'the manager answers after SIGKILL with 5,000 units: within 300 ms', measure: (measured) => answer(measured, 5000, 300) },
  {
    wanted: 'private memory of all tysd processes at 1,000 services: at most 40 MB',
    measure: ({ boots }) => {
      const row = findRow(boots, 'simple', 1000, 'tysd');
      if (!row) return undefined;
      const made = row.memory.map(({ role, privateKb }) => `${role} ${figure(privateKb / 1024)}`).join(' + ');
      return { value: row.memory.reduce((sum, { privateKb }) => sum + privateKb, 0) / 1024, limit: 40, unit: 'MB', made };
    },
  },
];

/** A row for each target of the issue: wanted, measured, held or not. */
export function renderTargets(measured: Measured): readonly string[] {
  const rows = targets.map(({ wanted, measure }) => {
    const found = measure(measured);
    if (!found || !Number.isFinite(found.value)) return [wanted, 'not measured', '-'];
    const { value, limit, least = false, unit, made } = found;
    const held = least ? value >= limit : value <= limit;
    return [wanted, `${figure(value)} ${unit}${made === undefined ? '' : ` (${made})`}`, held ? 'held' : 'NOT HELD'];
  });
  return ['', 'Targets', '', ...renderTable(['wanted', 'measured', ''], rows)];
}

function toFloor({ boots }: Measured, kind: 'oneshot' | 'simple'): Found {
  const [row, floor] = ['tysd', 'floor x2'].map((subject) => findRow(boots, kind, 1000, subject));
  return row && floor && { value: row.wallMs / floor.wallMs, limit: 1.5, unit: 'x floor' };
}

/** The dearest step above the first, as a multiple of it; only a run over the whole range says something. */
function growth({ boots }: Measured, kind: 'oneshot' | 'simple'): Found {
  const steps = costs(boots).filter((cost) => cost.subject === 'tysd' && cost.kind === kind);
  return (steps.at(-1)?.to ?? 0) < 5000 || steps.length < 2
    ? undefined
    : { value: Math.max(...steps.map((step) => step.growth)), limit: 1.25, unit: 'x the first step' };
}

/** What a further one costs, as a multiple of systemd's. */
function hardened({ boots }: Measured, cost: 'eachUs' | 'cpuEachUs'): Found {
  const steps = costs(boots).filter(({ kind }) => kind === 'hardened');
  const [tysd, systemd] = ['tysd', 'systemd'].map((name) => steps.find(({ subject }) => subject === name)?.[cost]);
  return tysd === undefined || systemd === undefined ? undefined : { value: tysd / systemd, limit: 1, unit: "x systemd's" };
}

/** As a multiple of systemd's in the same run; and what the floor of a manager is of that, where it was measured beside. */
function toSystemd(
  { runTime }: Measured,
  name: string,
  bound: { readonly limit: number; readonly least?: boolean },
  floorName?: string,
): Found {
  const [tysd, systemd] = ['tysd', 'systemd'].map((subject) => runTime.get(subject)?.median(name));
  if (tysd === undefined || systemd === undefined) return undefined;
  const floor = floorName === undefined ? undefined : runTime.get('systemd')?.median(floorName);
  const made = floor === undefined ? {} : { made: `the floor: ${figure(floor / systemd)} x` };
  return { value: tysd / systemd, unit: "x systemd's", ...bound, ...made };
}

function answer({ recovery }: Measured, count: number, limit: number): Found {
  const value = recovery.get(count)?.median(recovered.kill);
  return value === undefined ? undefined : { value, limit, unit: 'ms' };
}

function firstByte({ runTime }: Measured, name: string): Found {
  const value = runTime.get('tysd')?.median(name);
  return value === undefined ? undefined : { value, limit: 3, unit: 'ms' };
}
