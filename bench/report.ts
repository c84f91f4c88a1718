import type { BootRow } from './boot.ts';
import type { Logs } from './logs.ts';
import { recovered, type Recovery } from './recovery.ts';
import { operations, type RunTime } from './runtime.ts';
import { costs } from './slope.ts';
import { figure, ratio, renderTable } from './table.ts';

/** Everything that one run of the bench measured. */
export interface Measured {
  readonly boots: readonly BootRow[];
  readonly compile: { readonly firstUs: number; readonly laterUs: number } | undefined;
  readonly supervisors: readonly BootRow[];
  readonly runTime: RunTime;
  readonly logs: Logs;
  readonly recovery: Recovery;
}

/** The tables of a run, as lines. */
export function renderReport(measured: Measured): readonly string[] {
  return [
    ...titled('Boot: from the exec of PID 1 until all are up; ratios are to the floor of two parallel spawns', bootTable(measured.boots)),
    ...titled('Cost of each further unit; flat is 1.00x of the CPU time that the first ones cost', costTable(measured.boots)),
    ...titled('Memory one second after', memoryTable(measured.boots)),
    ...titled('The manager begins anew: until it gives a right answer; medians in ms', recoveryTable(measured.recovery)),
    ...titled('All arrived: the last of the payloads says when; CPU is that of the whole container', supervisorTable(measured.supervisors)),
    ...titled('Memory one second after all arrived', memoryTable(measured.supervisors)),
    ...titled('Run time, medians in ms unless said', runTimeTable(measured.runTime)),
    ...titled('Logs', logTable(measured.logs)),
  ];
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length <= 2 ? [] : ['', title, '', ...lines];
}

function bootTable(rows: readonly BootRow[]): readonly string[] {
  return renderTable(
    ['services', 'subject', 'wall ms', 'to floor', 'CPU ms', 'to floor', 'manager CPU ms'],
    rows.map((row) => {
      const floor = findRow(rows, row.kind === 'simple' ? 'simple' : 'oneshot', row.count, row.kind === 'chain' ? 'floor x1' : 'floor x2');
      const own = row.memory.reduce((sum, role) => sum + role.cpuMs, 0);
      return [
        `${row.count} ${row.kind}`,
        row.subject,
        figure(row.wallMs),
        ratio(row.wallMs, floor?.wallMs),
        figure(row.cpuMs),
        ratio(row.cpuMs, floor?.cpuMs),
        row.memory.length === 0 ? '-' : figure(own),
      ];
    }),
  );
}

/** The row of one case and subject. */
export function findRow(rows: readonly BootRow[], kind: BootRow['kind'], count: number, subject: string): BootRow | undefined {
  return rows.find((row) => row.kind === kind && row.count === count && row.subject === subject);
}

function costTable(rows: readonly BootRow[]): readonly string[] {
  return renderTable(
    ['between', 'subject', 'wall us each', 'CPU us each', 'to the first'],
    costs(rows).map(({ kind, subject, from, to, eachUs, cpuEachUs, growth }) => [
      `${from} and ${to} ${kind}`,
      subject,
      figure(eachUs),
      figure(cpuEachUs),
      ratio(growth, 1),
    ]),
  );
}

function memoryTable(rows: readonly BootRow[]): readonly string[] {
  return renderTable(
    ['services', 'subject', 'process', 'number', 'private MB', 'Pss MB', 'CPU ms'],
    rows.flatMap((row) => {
      const roles = row.memory.map((role) => [
        `${row.count} ${row.kind}`,
        row.subject,
        role.role,
        String(role.processes),
        figure(role.privateKb / 1024),
        figure(role.pssKb / 1024),
        figure(role.cpuMs),
      ]);
      if (row.memory.length < 2) return roles;
      const sum = (key: 'processes' | 'privateKb' | 'pssKb' | 'cpuMs'): number => row.memory.reduce((total, role) => total + role[key], 0);
      return [
        ...roles,
        [
          `${row.count} ${row.kind}`,
          row.subject,
          'together',
          String(sum('processes')),
          figure(sum('privateKb') / 1024),
          figure(sum('pssKb') / 1024),
          figure(sum('cpuMs')),
        ],
      ];
    }),
  );
}

function supervisorTable(rows: readonly BootRow[]): readonly string[] {
  return renderTable(
    ['services', 'subject', 'wall ms', 'to tysd', 'CPU ms', 'to tysd'],
    rows.map((row) => {
      const tysd = findRow(rows, row.kind, row.count, 'tysd');
      return [
        `${row.count} ${row.kind === 'arrive' ? 'long-running' : 'oneshots'}`,
        row.subject,
        figure(row.wallMs),
        ratio(row.wallMs, tysd?.wallMs),
        figure(row.cpuMs),
        ratio(row.cpuMs, tysd?.cpuMs),
      ];
    }),
  );
}

function recoveryTable(results: Recovery): readonly string[] {
  return renderTable(
    ['services that run', '', 'wall', 'CPU of the manager', 'CPU until it rests'],
    [...results].flatMap(([count, samples]) =>
      Object.values(recovered).map((way) => [
        String(count),
        way,
        ...['', ', CPU of the manager', ', CPU until it rests'].map((what) => figure(samples.median(`${way}${what}`))),
      ]),
    ),
  );
}

function runTimeTable(results: RunTime): readonly string[] {
  const subjects = [...results.keys()];
  const names = new Set(Object.values<string>(operations));
  const failures = new Set([...results.values()].flatMap((samples) => Object.keys(samples.toJSON()).filter((name) => !names.has(name))));
  return renderTable(
    ['operation', ...subjects, 'tysd to systemd'],
    [...names, ...failures]
      .filter((name) => subjects.some((subject) => results.get(subject)?.median(name) !== undefined))
      .map((name) => [
        name,
        ...subjects.map((subject) => figure(results.get(subject)?.median(name))),
        ratio(results.get('tysd')?.median(name), results.get('systemd')?.median(name)),
      ]),
  );
}

function logTable(logs: Logs): readonly string[] {
  const subjects = [...logs.keys()];
  const names = new Set([...logs.values()].flatMap((samples) => Object.keys(samples.toJSON())));
  return renderTable(
    ['', ...subjects, 'tysd to systemd'],
    [...names].map((name) => [
      name,
      ...subjects.map((subject) => figure(logs.get(subject)?.median(name))),
      ratio(logs.get('tysd')?.median(name), logs.get('systemd')?.median(name)),
    ]),
  );
}
