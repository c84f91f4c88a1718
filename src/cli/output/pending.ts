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
    ...settings.flatMap(({ setting, before, after, takes }) => [
      ...(before === undefined ? [] : [red(`  - ${setting}=${before}`)]),
      green(`  + ${setting}=${after ?? ''}`) +
        (takes === 'restart' && active !== 'inactive' && active !== 'failed' ? style.grey('  at its next start') : ''),
    ]),
    ...dependencies.map(({ change, key, unit: other, at }) => {
      const line = `${key}=${other}${at === undefined ? '' : `  (${at})`}`;
      return change === 'added' ? green(`  + ${line}`) : red(`  - ${line}`);
    }),
  ];
}
