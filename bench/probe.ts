// The hook that run-systemd runs outside of the container when its target is up: the stamps and the memory of its processes, as JSON.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the hook writes. */
export interface Probe {
  readonly wallMs: number;
  /** CPU time of all processes of the container, from the exec of PID 1 until the target was up. */
  readonly cpuMs: number;
  readonly processes: readonly ProbedProcess[];
  readonly payloads: number;
}

/** A process that is not a generated service's. */
interface ProbedProcess {
  readonly name: string;
  readonly commandLine: string;
  readonly pid1: boolean;
  readonly privateKb: number;
  readonly pssKb: number;
  readonly cpuMs: number;
}

const payloads = new Set(['sleep', 'notify-ready', 'arrive', 'tick', 'socket-onebyte']);

if (process.env['BENCH_PROBE'] !== undefined && import.meta.main) writeProbe(process.env['BENCH_PROBE']);

function writeProbe(path: string): void {
  const { PID1: pid1 = '', CGROUP: cgroup = '', RUNDIR: rundir = '' } = process.env;
  const [execNs, execUsec] = readStamp(join(rundir, 'share/exec'));
  const [doneNs, doneUsec] = readStamp(join(rundir, 'share/done'));
  const processes: ProbedProcess[] = [];
  let held = 0;
  for (const pid of pidsBelow(cgroup)) {
    const probed = probeProcess(pid, pid === pid1);
    if (probed === undefined) continue;
    if (probed === 'payload') held++;
    else processes.push(probed);
  }
  const probe: Probe = { wallMs: (doneNs - execNs) / 1e6, cpuMs: (doneUsec - execUsec) / 1e3, processes, payloads: held };
  writeFileSync(path, JSON.stringify(probe));
}

function readStamp(path: string): readonly [number, number] {
  const [ns = '0', usec = '0'] = readFileSync(path, 'utf8').trim().split(/\s+/);
  return [Number(ns), Number(usec)];
}

function pidsBelow(cgroup: string): readonly string[] {
  try {
    const own = readFileSync(join(cgroup, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean);
    const below = readdirSync(cgroup, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [...own, ...below.flatMap(({ name }) => pidsBelow(join(cgroup, name)))];
  } catch {
    // Its manager removed it while we looked.
    return [];
  }
}

function probeProcess(pid: string, pid1: boolean): ProbedProcess | 'payload' | undefined {
  try {
    const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
    if (payloads.has(name)) return 'payload';
    const memory = new Map(
      [...readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8').matchAll(/^(\w+): +(\d+) kB$/gm)].map(([, key, kb]) => [key, Number(kb)]),
    );
    return {
      name,
      commandLine: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim(),
      pid1,
      privateKb: (memory.get('Private_Dirty') ?? 0) + (memory.get('Private_Clean') ?? 0),
      pssKb: memory.get('Pss') ?? 0,
      cpuMs: cpuOfThreads(pid),
    };
  } catch {
    // It ended while we looked.
    return undefined;
  }
}

/** schedstat counts one thread; the ticks of stat would be too coarse. */
function cpuOfThreads(pid: string): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.reduce(
    (sum, thread) => sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
    0,
  );
}
