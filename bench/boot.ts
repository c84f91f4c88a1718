import type { Probe } from './probe.ts';
import { median } from './statistics.ts';
import type { Subject } from './subjects.ts';
import type { Kind } from './units.ts';

/** One case of the boot section with the medians over its repetitions. */
export interface BootRow {
  readonly kind: Kind;
  readonly count: number;
  readonly subject: string;
  readonly runs: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly memory: readonly RoleMemory[];
  readonly samples: readonly { readonly wallMs: number; readonly cpuMs: number }[];
}

/** Memory of the processes of one role, one second after the target was up. */
interface RoleMemory {
  readonly role: string;
  readonly processes: number;
  readonly privateKb: number;
  readonly pssKb: number;
  readonly cpuMs: number;
}

/** A kind and number of services to boot. */
export interface BootCase {
  readonly kind: Kind;
  readonly count: number;
}

/** Boots each case under each subject that knows its kind, one repetition of all subjects after the other. */
export function measureBoots(
  cases: readonly BootCase[],
  subjects: readonly Subject[],
  runs: number,
  say: (line: string) => void,
): readonly BootRow[] {
  return cases.flatMap(({ kind, count }) => {
    const able = subjects.filter((subject) => subject.kinds.includes(kind) && count <= subject.most);
    const probes = new Map<Subject, Probe[]>(able.map((subject) => [subject, []]));
    for (let run = 0; run < runs; run++) {
      for (const [subject, taken] of probes) {
        const booted = subject.boot({ kind, count });
        if (typeof booted === 'string') say(`${subject.name}: ${kind} ${count}: ${booted}`);
        else taken.push(booted.probe);
      }
    }
    const rows = [...probes].filter(([, taken]) => taken.length > 0).map(([subject, taken]) => bootRow(kind, count, subject, taken));
    for (const row of rows)
      say(`${row.kind} ${row.count} ${row.subject}: ${row.samples.map(({ wallMs }) => wallMs.toFixed(0)).join(' ')} ms`);
    return rows;
  });
}

function bootRow(kind: Kind, count: number, subject: Subject, probes: readonly Probe[]): BootRow {
  const memories = probes.map((probe) => memoryByRole(subject, probe));
  const roles = [...new Set(memories.flatMap((memory) => [...memory.keys()]))];
  const over = (pick: (memory: RoleMemory) => number, role: string): number =>
    median(memories.map((memory) => pick(memory.get(role) ?? nothing(role))));
  return {
    kind,
    count,
    subject: subject.name,
    runs: probes.length,
    wallMs: median(probes.map((probe) => probe.wallMs)),
    cpuMs: median(probes.map((probe) => probe.cpuMs)),
    memory: roles.map((role) => ({
      role,
      processes: over((memory) => memory.processes, role),
      privateKb: over((memory) => memory.privateKb, role),
      pssKb: over((memory) => memory.pssKb, role),
      cpuMs: over((memory) => memory.cpuMs, role),
    })),
    samples: probes.map(({ wallMs, cpuMs }) => ({ wallMs, cpuMs })),
  };
}

function nothing(role: string): RoleMemory {
  return { role, processes: 0, privateKb: 0, pssKb: 0, cpuMs: 0 };
}

function memoryByRole(subject: Subject, probe: Probe): ReadonlyMap<string, RoleMemory> {
  const byRole = new Map<string, RoleMemory>();
  for (const process of probe.processes) {
    const role = subject.roles.find(([, pattern]) => pattern.test(process.commandLine))?.[0];
    if (role === undefined) continue;
    const sum = byRole.get(role) ?? nothing(role);
    byRole.set(role, {
      role,
      processes: sum.processes + 1,
      privateKb: sum.privateKb + process.privateKb,
      pssKb: sum.pssKb + process.pssKb,
      cpuMs: sum.cpuMs + process.cpuMs,
    });
  }
  return byRole;
}
