import { Random } from '../../scenario/random.ts';
import type { Case } from '../run/both.ts';

/**
 * A service of random settings whose processes end by themselves in random ways, perhaps with handlers of its end and a unit that needs it, and
 * what is asked of them. Every run of it is over at once and restarts end at a limit, so nothing hangs on how fast the machine is.
 */
export function serviceCase(seed: number): Case {
  const random = new Random(seed);
  const name = `sr${seed}`;
  // With Type=exec it is chance, with systemd too, whether the end of the program or its beginning is heard of first.
  const type = random.weighted({ simple: 6, oneshot: 6, notify: 2 });
  const dependent = type === 'oneshot' && random.chance(0.5);
  const own = settings(random, type);
  // systemd 252 takes each restart of a service that failed for a success of it.
  const kinds = own.some((line) => line.startsWith('Restart')) ? ['OnFailure'] : ['OnFailure', 'OnSuccess'];
  const handlers = kinds.filter(() => random.chance(0.45));
  const units: Record<string, string> = {
    [`${name}.service`]: [
      '[Unit]',
      'DefaultDependencies=no',
      'StartLimitIntervalSec=1000',
      `StartLimitBurst=${random.between(2, 4)}`,
      ...handlers.map((kind) => `${kind}=${name}-${kind.toLowerCase()}.service`),
      '[Service]',
      `Type=${type}`,
      'TimeoutStopSec=5',
      'LimitCORE=0',
      'RestartSec=10ms',
      ...own,
      ...commands(random, name, type),
    ].join('\n'),
    [`${name}-holder.target`]: `[Unit]\nDefaultDependencies=no\nAfter=${name}.service\n`,
  };
  for (const kind of handlers) units[`${name}-${kind.toLowerCase()}.service`] = handler(name, kind);
  if (dependent) units[`${name}-user.service`] = user(name, random.one(['Requires', 'BindsTo', 'Wants', 'PartOf']));
  const all = Object.keys(units).filter((unit) => unit.endsWith('.service'));
  return { units, script: [`systemctl start ${name}-holder.target`, ...requests(random, name, dependent, all)].join('\n') };
}

function requests(random: Random, name: string, dependent: boolean, all: readonly string[]): readonly string[] {
  const first = dependent ? `start ${name}-user.service` : `start ${name}.service`;
  const verbs = ['start', 'start', 'restart', 'stop', 'try-restart', 'reset-failed', 'reload-or-restart'] as const;
  const later = Array.from(
    { length: random.between(1, 3) },
    () => `${random.one(verbs)} ${dependent && random.chance(0.3) ? `${name}-user.service` : `${name}.service`}`,
  );
  return [first, ...later].map(
    (request) =>
      `run systemctl ${request}; settle ${all.join(' ')}; state ${all.join(' ')}; for unit in ${all.join(' ')}; do began "$unit"; done`,
  );
}

const handler = (name: string, kind: string): string => `[Unit]
DefaultDependencies=no
StartLimitIntervalSec=0
[Service]
Type=oneshot
ExecStart=/act to /run/t/${name}-${kind.toLowerCase()}.service env MONITOR_UNIT env MONITOR_SERVICE_RESULT env MONITOR_EXIT_CODE env MONITOR_EXIT_STATUS
`;

const user = (name: string, kind: string): string => `[Unit]
DefaultDependencies=no
StartLimitIntervalSec=0
${kind}=${name}.service
After=${name}.service
[Service]
ExecStart=/act to /run/t/${name}-user.service note start wait
ExecStopPost=/act to /run/t/${name}-user.service note end env SERVICE_RESULT
`;

const endings = {
  'exit 0': 8,
  'exit 1': 3,
  'exit 3': 2,
  'exit 77': 1,
  'exit 255': 1,
  'raise 1': 1,
  'raise 6': 1,
  'raise 9': 1,
  'raise 10': 1,
  'raise 15': 1,
} as const;

/** What lists of statuses may hold: of the endings above, by number and by name. */
const statuses = ['1', '3', 'NOPERMISSION', 'TEMPFAIL', '255', 'SIGHUP', 'SIGABRT', 'SIGKILL', 'SIGUSR1', 'SIGTERM'];

const restarts = ['no', 'always', 'on-success', 'on-failure', 'on-abnormal', 'on-abort', 'on-watchdog'] as const;

function settings(random: Random, type: string): readonly string[] {
  const lines: string[] = [];
  const restart = random.one(restarts);
  const isRefused = type === 'oneshot' && (restart === 'always' || restart === 'on-success');
  if (!isRefused && random.chance(0.7)) lines.push(`Restart=${restart}`);
  if (random.chance(0.3)) lines.push('RemainAfterExit=yes');
  // Since 257 a oneshot may have RestartForceExitStatus=, but 252 refuses it.
  const lists = ['SuccessExitStatus', 'RestartPreventExitStatus', ...(type === 'oneshot' ? [] : ['RestartForceExitStatus'])];
  for (const list of lists) if (random.chance(0.3)) lines.push(`${list}=${random.one(statuses)} ${random.one(statuses)}`);
  return lines;
}

function commands(random: Random, name: string, type: string): readonly string[] {
  const line = (list: string, index: number, ending: string): string => {
    const prefix = random.chance(0.15) ? '-' : '';
    const result = list.startsWith('ExecStop') ? ' env SERVICE_RESULT env EXIT_CODE env EXIT_STATUS' : '';
    return `${list}=${prefix}/act to /run/t/${name}.service note ${list}${index}${result} ${ending}`;
  };
  const some = (list: string, most: number, chance: number): readonly string[] =>
    random.chance(chance)
      ? Array.from({ length: random.between(1, most) }, (_, index) =>
          line(list, index, random.chance(0.8) ? 'exit 0' : random.weighted(endings)),
        )
      : [];
  const ready = type === 'notify' && random.chance(0.8) ? 'notify READY=1 ' : '';
  const starts = type === 'oneshot' ? random.between(1, 2) : 1;
  return [
    ...(random.chance(0.2) ? [line('ExecCondition', 0, random.weighted({ 'exit 0': 6, 'exit 1': 3, 'exit 255': 2, 'raise 9': 1 }))] : []),
    ...some('ExecStartPre', 2, 0.3),
    ...Array.from({ length: starts }, (_, index) => line('ExecStart', index, `${ready}${random.weighted(endings)}`)),
    // Of other types the main process may have ended when this begins, or not.
    ...(type === 'oneshot' ? some('ExecStartPost', 1, 0.2) : []),
    ...some('ExecStop', 2, 0.3),
    ...some('ExecStopPost', 2, 0.5),
  ];
}
