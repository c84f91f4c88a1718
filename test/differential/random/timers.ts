import { Random } from '../../scenario/random.ts';
import type { Case } from '../run/both.ts';

/**
 * A timer of random times with a random service, and requests for both. Each time is either over soon or some years away, so what is looked at, once
 * nothing is to come soon, stays.
 */
export function timerCase(seed: number): Case {
  const random = new Random(seed);
  const name = `tr${seed}`;
  const service = `${name}${random.chance(0.2) ? '-other' : ''}.service`;
  const unit = service === `${name}.service` ? [] : [`Unit=${service}`];
  const units = {
    [`${name}.timer`]: [
      '[Unit]',
      'DefaultDependencies=no',
      '[Timer]',
      'AccuracySec=1us',
      ...times(random),
      ...settings(random),
      ...unit,
      '',
    ].join('\n'),
    [service]: serviceText(random, name),
    [`${name}-holder.target`]: `[Unit]\nDefaultDependencies=no\nAfter=${name}.timer ${service}\n`,
  };
  return {
    units,
    script: [functions, `systemctl start ${name}-holder.target`, ...requests(random, `${name}.timer`, service)].join('\n'),
  };
}

/** A time that is soon is over for good; one that comes again and again would be seen at chance. */
const soon = ['OnActiveSec=50ms', 'OnActiveSec=0', 'OnBootSec=1ms', 'OnStartupSec=1ms'];
const far = [
  'OnActiveSec=1500d',
  'OnBootSec=1500d',
  'OnStartupSec=1600d',
  'OnUnitActiveSec=1500d',
  'OnUnitInactiveSec=1700d',
  'OnCalendar=2099-01-01',
  'OnCalendar=2098-*-2/2 12:00 UTC',
  'OnCalendar=2020-02-02',
  'OnActiveSec=infinity',
];

function times(random: Random): readonly string[] {
  const some = Array.from({ length: random.between(1, 3) }, () => random.one(far));
  return random.chance(0.6) ? [random.one(soon), ...some] : some;
}

function settings(random: Random): readonly string[] {
  const all = ['RemainAfterElapse=no', 'Persistent=yes', 'OnClockChange=yes', 'RandomizedDelaySec=1ms', 'FixedRandomDelay=yes'];
  return all.filter((line) => random.chance(line.startsWith('Remain') ? 0.3 : 0.15));
}

function serviceText(random: Random, name: string): string {
  const ran = `/act to /run/t/${name} note ran env TRIGGER_UNIT`;
  const kinds = {
    [`Type=oneshot\nExecStart=${ran}`]: 4,
    [`Type=oneshot\nRemainAfterExit=yes\nExecStart=${ran}`]: 2,
    [`ExecStart=${ran} wait`]: 3,
    [`Type=oneshot\nExecStart=${ran} exit 3`]: 2,
    [`Type=oneshot\nExecCondition=/act exit 1\nExecStart=${ran}`]: 1,
  };
  const condition = random.chance(0.12) ? 'ConditionPathExists=/nowhere\n' : '';
  return `[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=0\n${condition}[Service]\n${random.weighted(kinds)}\n`;
}

function requests(random: Random, timer: string, service: string): readonly string[] {
  const verbs = ['start', 'stop', 'restart', 'try-restart'] as const;
  const later = Array.from({ length: random.between(2, 5) }, () =>
    random.chance(0.1) ? `reset-failed ${timer} ${service}` : `${random.one(verbs)} ${random.chance(0.6) ? timer : service}`,
  );
  const name = timer.slice(0, -'.timer'.length);
  return [`start ${timer}`, ...later].map(
    (request) => `quiet systemctl ${request}; elapsed ${timer}; settle ${timer} ${service}; timer ${timer} ${service}; began ${name}`,
  );
}

/** Nothing is near when each time that is left is more than a year away; a time is told as what it is of these. */
const functions = `
  near() { systemctl show -p NextElapseUSecMonotonic,NextElapseUSecRealtime "$1" | grep -qvE '=$|=0|=infinity|[0-9]y |=.* 20[2-9][0-9]-'; }
  far() { ! near "$1"; }
  elapsed() { until_ok far "$1"; }
  timer() {
    state "$2"; table ActiveState,SubState,Result "$1"
    systemctl show -p NextElapseUSecRealtime,NextElapseUSecMonotonic,LastTriggerUSec,LastTriggerUSecMonotonic,TimersMonotonic,TimersCalendar "$1" | sort |
      sed -E 's/next_elapse=[^0(i}][^}]*}/next_elapse=SOME }/; s/(NextElapseUSecMonotonic|LastTriggerUSecMonotonic)=[0-9.]+[a-z].*/\\1=SOME/; s/^(LastTriggerUSec)=.+/\\1=SOME/'; }
`;
