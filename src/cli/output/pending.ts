import type { Answer } from '../../api/contract.ts';
import type { Style } from './terminal.ts';
import { wrapped } from './wrap.ts';

export type PendingUnit = Answer<'units.pending'>[number];

/** What daemon-reload would change, unit by unit, and at the end what would have to be restarted. */
export function pendingLines(units: readonly PendingUnit[], style: Style, width: number | undefined): readonly string[] {
  const restarts = units.filter(({ needsRestart }) => needsRestart).map(({ unit }) => unit);
  const lines = units.flatMap((unit, index) => [...(index === 0 ? [] : ['']), ...unitLines(unit, style)]);
  const end = restarts.length === 0 ? 'No unit that runs needs a restart for it.' : `To be restarted for it: ${restarts.join(', ')}`;
  return [...lines, '', end].flatMap((line) => wrapped(line, width, 6));
}

function unitLines({ unit, active, load, settings, dependencies, needsRestart }: PendingUnit, style: Style): readonly string[] {
  const { red, green, yellow } = style;
  const state = needsRestart ? `${active}, ${yellow('needs a restart')}` : active;
  return [
    `${style.bold(unit)} (${state})`,
    ...(load === undefined
      ? []
      : [`  it is ${load.before}, and will be ${load.after}${load.reason === undefined ? '' : `: ${load.reason}`}`]),
    ...settings.flatMap((change) => {
      const lines = settingLines(change).map(({ sign, text }) => (sign === '-' ? red : green)(`  ${sign} ${text}`));
      const isLater = change.takes === 'restart' && active !== 'inactive' && active !== 'failed';
      return isLater ? [...lines.slice(0, -1), `${lines.at(-1) ?? ''}${style.grey('  at its next start')}`] : lines;
    }),
    ...dependencies.map(({ change, key, unit: other, at }) => {
      const line = `${key}=${other}${at === undefined ? '' : `  (${at})`}`;
      return change === 'added' ? green(`  + ${line}`) : red(`  - ${line}`);
    }),
  ];
}

/** The lines of the setting that go and those that come; what is there before and after is left out. */
function settingLines({
  setting,
  before,
  after,
}: PendingUnit['settings'][number]): readonly { readonly sign: '-' | '+'; readonly text: string }[] {
  const [old, fresh] = [before?.split('\n') ?? [], after?.split('\n') ?? ['']];
  const [gone, come] = [old.filter((line) => !fresh.includes(line)), fresh.filter((line) => !old.includes(line))];
  // The same lines in another order, or not as often.
  const all = gone.length === 0 && come.length === 0 ? { gone: old, come: fresh } : { gone, come };
  return [
    ...all.gone.map((line) => ({ sign: '-' as const, text: `${setting}=${line}` })),
    ...all.come.map((line) => ({ sign: '+' as const, text: `${setting}=${line}` })),
  ];
}
