// `npm run bench`: tysd beside the floor, systemd, s6, runit and supervisor, alternating in one run. See README.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { measureBoots, type BootCase } from './boot.ts';
import { measureCompile } from './compile.ts';
import { measureLogs } from './logs.ts';
import { readOptions, type Options } from './options.ts';
import { prepare, type Prepared } from './prepare.ts';
import { renderReport, type Measured } from './report.ts';
import { measureRecovery } from './recovery.ts';
import { measureRunTime } from './runtime.ts';
import { findSubjects, type Subject } from './subjects.ts';
import { renderTargets } from './targets.ts';

const options = readOptions(process.argv.slice(2));
if (typeof options === 'string') {
  console.error(options);
  process.exitCode = 2;
} else {
  const prepared = prepare();
  if (typeof prepared === 'string') {
    console.error(`bench: ${prepared}`);
    process.exitCode = 1;
  } else {
    using ready = prepared;
    bench(options, ready);
  }
}

function bench(wanted: Options, prepared: Prepared): void {
  const began = new Date();
  const subjects = chosen(wanted, findSubjects(prepared));
  const measured = measure(wanted, subjects);
  for (const line of [...renderReport(measured), ...renderTargets(measured)]) console.log(line);
  const path = keep(began, {
    options: wanted,
    cores: cpus().length,
    ...measured,
    runTime: Object.fromEntries(measured.runTime),
    logs: Object.fromEntries(measured.logs),
    recovery: Object.fromEntries(measured.recovery),
  });
  console.log(`\nTimes are of this machine, now; compare within a run only. All samples: ${path}`);
}

function chosen(wanted: Options, subjects: readonly Subject[]): readonly Subject[] {
  return subjects.filter((subject) => {
    if (wanted.subjects && !wanted.subjects.some((name) => subject.name === name || subject.name.startsWith(`${name} `))) return false;
    if (subject.absent !== undefined) console.log(`${subject.name} is skipped: ${subject.absent}`);
    return subject.absent === undefined;
  });
}

function measure(wanted: Options, subjects: readonly Subject[]): Measured {
  const { counts, steady, runs, quick } = wanted;
  const has = (section: Options['sections'][number]): boolean => wanted.sections.includes(section);
  // systemd with its journal is what tysd with its own compares to; without, it is at its fastest.
  const unitManagers = subjects.filter(({ name }) => ['tysd', 'systemd', 'systemd-bare'].includes(name) || name.startsWith('floor'));
  const supervisors = subjects.filter(({ name }) => name !== 'systemd-bare' && !name.startsWith('floor'));
  const cases: readonly BootCase[] = [
    ...counts.flatMap((count) => [{ kind: 'oneshot', count } as const, { kind: 'simple', count } as const]),
    { kind: 'notify', count: steady },
    { kind: 'chain', count: 100 },
  ];
  // Sockets, timers and transactions are parts of what is measured at run time.
  const parts = (['run', 'sockets', 'timers', 'transactions'] as const).filter(has);
  return {
    boots: [
      ...(has('boot') ? measureBoots(cases, unitManagers, runs, say) : []),
      ...(has('hardened') ? measureBoots(hardened(quick), unitManagers, runs, say) : []),
    ],
    compile: has('hardened') ? measureCompile() : undefined,
    supervisors: has('supervisors')
      ? measureBoots(
          [
            { kind: 'arrive', count: steady },
            { kind: 'arrive-exit', count: steady },
          ],
          supervisors,
          runs,
          say,
        )
      : [],
    runTime: parts.length === 0 ? new Map() : measureRunTime(subjects, steady, runs, quick, parts, say),
    recovery: has('recovery') ? measureRecovery(subjects, wanted.recovered, quick ? 1 : Math.min(runs, 3), say) : new Map(),
    logs: has('log') ? measureLogs(subjects, wanted.logLines, runs, say) : new Map(),
  };
}

/** Enough that what a further one costs stands out of what the boot costs. */
function hardened(quick: boolean): readonly BootCase[] {
  return (quick ? [10, 60] : [50, 350]).map((count) => ({ kind: 'hardened', count }) as const);
}

function say(line: string): void {
  console.error(`  ${line}`);
}

function keep(began: Date, result: object): string {
  const directory = join(import.meta.dirname, 'results');
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `${began.toISOString().replaceAll(':', '-').slice(0, 19)}.json`);
  writeFileSync(path, `${JSON.stringify({ began: began.toISOString(), ...result }, undefined, 1)}\n`);
  return path;
}
