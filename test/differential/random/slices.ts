import { Random } from '../../scenario/random.ts';
import type { Case } from '../run/both.ts';

/**
 * Random slices in slices with services in them, some of which are needed by another or come back by themselves, and requests for any of them. All
 * services run until they are stopped, so each state is one that stays.
 */
export function sliceCase(seed: number): Case {
  const random = new Random(seed);
  const prefix = `ls${seed}`;
  const slices = randomSlices(random, prefix);
  const services = Array.from({ length: random.between(2, 4) }, (_, index) => `${prefix}-s${index}.service`);
  const units: Record<string, string> = {};
  for (const slice of slices) units[slice] = unitText(['StopWhenUnneeded=yes', 'RefuseManualStop=yes'].filter(() => random.chance(0.12)));
  for (const [index, service] of services.entries()) units[service] = serviceText(random, { slices, before: services.slice(0, index) });
  const all = [...slices, ...services];
  // Nobody unloads what is looked at.
  units[`${prefix}-holder.target`] = unitText([`After=${all.join(' ')}`]);
  return { units, script: [`systemctl start ${prefix}-holder.target`, ...requests(random, all)].join('\n') };
}

/** With all slices above one, as they are there whether they have a file or not. */
function randomSlices(random: Random, prefix: string): readonly string[] {
  const names = new Set([`${prefix}.slice`]);
  for (let left = random.between(1, 4); left > 0; left -= 1) {
    const parent = random.one([...names]).slice(0, -'.slice'.length);
    names.add(`${parent}-${random.one(['a', 'b', 'c'])}.slice`);
  }
  return [...names];
}

function serviceText(
  random: Random,
  { slices, before }: { readonly slices: readonly string[]; readonly before: readonly string[] },
): string {
  const [other] = before.length === 0 ? [] : [random.one(before)];
  const related =
    other !== undefined && random.chance(0.5) ? [`${random.one(['Requires', 'Wants', 'BindsTo', 'PartOf', 'Conflicts'])}=${other}`] : [];
  const order = related.length > 0 && random.chance(0.7) ? [`After=${other}`] : [];
  const kind = random.weighted({ 'ExecStart=/act wait': 5, 'Type=oneshot\nRemainAfterExit=yes\nExecStart=/act exit 0': 3 });
  const failing = random.chance(0.15) ? ['ExecStartPre=/act exit 1'] : [];
  return `${unitText([...related, ...order])}[Service]\nSlice=${random.one(slices)}\n${[...failing, kind].join('\n')}\n`;
}

function requests(random: Random, all: readonly string[]): readonly string[] {
  const verbs = ['start', 'start', 'start', 'stop', 'stop', 'restart', 'try-restart', 'reset-failed'] as const;
  return Array.from(
    { length: random.between(4, 7) },
    () => `quiet systemctl ${random.one(verbs)} ${random.one(all)}; calm ${all.join(' ')}`,
  );
}

const unitText = (lines: readonly string[]): string =>
  ['[Unit]', 'DefaultDependencies=no', 'StartLimitIntervalSec=0', ...lines, ''].join('\n');
