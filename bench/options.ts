import { parseArgs } from 'node:util';

const sections = ['boot', 'recovery', 'run', 'sockets', 'timers', 'transactions', 'log', 'supervisors', 'hardened'] as const;
type Section = (typeof sections)[number];

/** What one run of the bench measures. */
export interface Options {
  readonly sections: readonly Section[];
  /** Numbers of units to boot. */
  readonly counts: readonly number[];
  /** The number of units at which the run-time measurements and the supervisors are taken. */
  readonly steady: number;
  /** Numbers of services that run when the manager begins anew. */
  readonly recovered: readonly number[];
  readonly runs: number;
  readonly subjects: readonly string[] | undefined;
  readonly logLines: number;
  readonly quick: boolean;
}

const help = `npm run bench -- [OPTION…]

  --quick            Small numbers and one repetition: under a minute, for a look
  --only=SECTION,…   Of ${sections.join(', ')}
  --n=COUNT,…        Numbers of units to boot (100,500,1000,2000,5000)
  --runs=COUNT       Repetitions, alternating the subjects (5)
  --subjects=NAME,…  Of floor, tysd, systemd, systemd-bare, s6, runit, supervisor
`;

const quickSubjects = ['floor', 'tysd', 'systemd', 's6', 'runit'];

/** Reads the bench's command line; the string is what is wrong with it. */
export function readOptions(argv: readonly string[]): Options | string {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      n: { type: 'string' },
      runs: { type: 'string' },
      subjects: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return help;
  const wanted = values.only?.split(',') ?? [...sections];
  const unknown = wanted.find((word) => !sections.some((section) => section === word));
  if (unknown !== undefined) return `there is no section ${unknown}; there are ${sections.join(', ')}`;
  const counts = (values.n ?? (values.quick ? '50' : '100,500,1000,2000,5000')).split(',').map(Number);
  const runs = Number(values.runs ?? (values.quick ? 1 : 5));
  if (![runs, ...counts].every((count) => Number.isInteger(count) && count > 0)) return '--n and --runs take whole numbers above zero';
  return {
    sections: sections.filter((section) => wanted.includes(section)),
    counts: counts.toSorted((a, b) => a - b),
    steady: values.quick ? 50 : 1000,
    recovered: values.n === undefined && !values.quick ? [100, 1000, 5000] : counts,
    runs,
    subjects: values.subjects?.split(',') ?? (values.quick ? quickSubjects : undefined),
    logLines: values.quick ? 50_000 : 1_000_000,
    quick: values.quick,
  };
}
