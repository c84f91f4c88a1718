import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { boot, type Booted } from './container.ts';
import type { Prepared } from './prepare.ts';
import { generateUnits, measuredTarget, type Kind } from './units.ts';

/** One of what is compared. */
export interface Subject {
  readonly name: string;
  /** Why it cannot be measured here. */
  readonly absent: string | undefined;
  /** systemctl's equivalent inside the container, where it has one, and journalctl's. */
  readonly control?: { readonly systemctl: string; readonly journalctl: string };
  /** How its own processes are called in the memory table: the first pattern that its command line matches. */
  readonly roles: readonly (readonly [string, RegExp])[];
  /** The kinds of services that it has a notion of, and how many it may be given. */
  readonly kinds: readonly Kind[];
  readonly most: number;
  boot(request: { readonly kind: Kind; readonly count: number; readonly script?: string; readonly setup?: string }): Booted | string;
}

/** What a floor does for each child besides spawning it, and how helpers/floor.c is told. */
const burdens = {
  bare: { name: '', argument: '' },
  tracked: { name: ' in cgroups', argument: '-tracked' },
  managed: { name: ' of a manager', argument: '-managed' },
} as const;

const unitKinds: readonly Kind[] = ['oneshot', 'simple', 'notify', 'chain', 'arrive', 'arrive-exit', 'hardened'];

/** Everything that could be compared; those that are not there say why. */
export function findSubjects(prepared: Prepared): readonly Subject[] {
  const { image, helpers, tysd } = prepared;
  const program = (path: string): string | undefined => (existsSync(join(image, path)) ? undefined : `${path} is not in ${image}`);
  const common = { image, binds: [[helpers, '/bench']] as const, timeoutSec: 180 };

  const unitManager = (init: string, profile: 'bare' | 'journal', binds: readonly (readonly [string, string])[]): Subject['boot'] => {
    return ({ kind, count, script, setup = '' }) =>
      boot({
        ...common,
        init,
        takesUnit: true,
        profile,
        binds: [...common.binds, ...binds],
        units: generateUnits(kind, count),
        target: measuredTarget,
        setup: `${journalSettings}${arrivals(count)}${setup}`,
        ...(script === undefined ? {} : { script }),
      });
  };
  const supervisor = (command: string, serviceSetup: (kind: Kind, count: number) => string): Subject['boot'] => {
    return ({ kind, count }) =>
      boot({
        ...common,
        init: '/bench-init',
        takesUnit: false,
        profile: 'bare',
        units: new Map(),
        target: measuredTarget,
        setup: `${arrivals(count)}${serviceSetup(kind, count)}printf '#!/bin/sh\\nexec ${command}\\n' >bench-init; chmod 755 bench-init\n`,
      });
  };
  const floor = (parallel: number, burden: keyof typeof burdens = 'bare'): Subject => ({
    name: `floor x${parallel}${burdens[burden].name}`,
    absent: undefined,
    roles: [],
    kinds: ['oneshot', 'simple'],
    most: Number.POSITIVE_INFINITY,
    boot: ({ kind, count }) =>
      boot({
        ...common,
        init: `/bench/floor ${count} ${parallel} ${kind === 'oneshot' ? 'wait' : 'hold'}${burdens[burden].argument}`,
        takesUnit: false,
        profile: 'bare',
        // It reads them when it is managed, and does not else.
        units: generateUnits(kind, count),
        target: measuredTarget,
      }),
  });
  const systemd = {
    absent: program('lib/systemd/systemd'),
    control: { systemctl: 'systemctl', journalctl: 'journalctl' },
    roles: [
      ['journal', /systemd-journald/],
      ['manager', /systemd --system/],
    ],
    kinds: unitKinds,
    most: 2000,
  } as const;

  return [
    floor(1),
    floor(2),
    floor(2, 'tracked'),
    floor(2, 'managed'),
    {
      name: 'tysd',
      absent: tysd === undefined ? 'dist/ is not built (npm run build)' : undefined,
      control: { systemctl: '/opt/tysd/tysctl', journalctl: '/opt/tysd/journalctl' },
      roles: [
        // Its command line has those of the others.
        ['keeper', /^\S*tysd-keeper /],
        ['manager', /--process=manager *$/],
        ['journal', /--process=journal .*--state-directory=\S+ *$/],
      ],
      kinds: unitKinds,
      most: Number.POSITIVE_INFINITY,
      boot: unitManager('/opt/tysd/tysd --system', 'bare', [[tysd ?? '', '/opt/tysd']]),
    },
    { name: 'systemd', ...systemd, boot: unitManager('/lib/systemd/systemd --system', 'journal', []) },
    { name: 'systemd-bare', ...systemd, boot: unitManager('/lib/systemd/systemd --system', 'bare', []) },
    {
      name: 's6',
      absent: program('usr/bin/s6-svscan'),
      roles: [
        ['scanner', /s6-svscan/],
        ['supervisors', /s6-supervise/],
      ],
      kinds: ['arrive'],
      most: 5000,
      boot: supervisor('/usr/bin/s6-svscan -c 6000 /run/service', scanDirectory),
    },
    {
      name: 'runit',
      absent: program('usr/bin/runsvdir'),
      roles: [
        ['scanner', /runsvdir/],
        ['supervisors', /runsv /],
      ],
      kinds: ['arrive'],
      // Debian's runsvdir looks at no more.
      most: 1000,
      boot: supervisor('/usr/bin/runsvdir -P /run/service', scanDirectory),
    },
    {
      name: 'supervisor',
      absent: program('usr/bin/supervisord'),
      roles: [['manager', /supervisord/]],
      kinds: ['arrive', 'arrive-exit'],
      most: 5000,
      boot: supervisor('/usr/bin/supervisord -n -c /run/supervisord.conf', supervisorConfig),
    },
  ];
}

/** Logs are kept in memory and none is refused, so that all journals do the same. */
const journalSettings = `mkdir -p etc/systemd/journald.conf.d
printf '[Journal]\\nStorage=volatile\\nRateLimitIntervalSec=0\\nRateLimitBurst=0\\nRuntimeMaxUse=4G\\nAudit=no\\n' >etc/systemd/journald.conf.d/bench.conf
`;

function arrivals(count: number): string {
  return `printf '${count}\\n' >run/host/arrivals; truncate -s 4096 run/host/arrivals\n`;
}

/** Service directories as daemontools' descendants read them; `run` is the program itself, without a shell before it. */
function scanDirectory(_kind: Kind, count: number): string {
  return `mkdir run/service; for i in $(seq ${count}); do mkdir run/service/b-$i; done
for d in run/service/*; do ln -s /bench/arrive $d/run; done
`;
}

function supervisorConfig(kind: Kind, count: number): string {
  const exits = kind === 'arrive-exit';
  return `{ printf '[supervisord]\\nnodaemon=true\\nuser=root\\nminfds=20000\\nlogfile=/dev/null\\nlogfile_maxbytes=0\\npidfile=/run/supervisord.pid\\n'
for i in $(seq ${count}); do
  printf '[program:b-%s]\\ncommand=/bench/arrive${exits ? ' exit' : ''}\\nautorestart=false\\nstartsecs=${exits ? 0 : 1}\\nstdout_logfile=NONE\\nstderr_logfile=NONE\\n' $i
done; } >run/supervisord.conf
`;
}
