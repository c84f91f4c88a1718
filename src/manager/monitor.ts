import { kindBit } from '../graph/dependency.ts';
import { signalName } from '../unit/values/signal.ts';
import type { ExecRequest } from '../exec/request.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/**
 * What a handler is told of the unit whose end it handles, as MONITOR_*= (systemd.exec(5)): commands that start a unit hear it
 * if exactly one loaded unit names theirs in OnFailure= or OnSuccess=, and that is a service.
 */
export function monitorEnvironment(world: World, unit: Unit, list: ExecRequest['list']): readonly string[] {
  if ((list !== 'ExecStart' && list !== 'ExecStartPre') || !world.graph.mayHave(unit.name, handled)) return none;
  const sources = new Set<Unit>();
  world.graph.forEach(unit.name, (name, kinds) => {
    const source = (kinds & handled) === 0 ? undefined : world.peek(name);
    if (source !== undefined) sources.add(source);
  });
  const [source] = sources;
  if (source?.config.type !== 'service' || sources.size > 1) return none;
  const { Result, ExecMainCode, ExecMainStatus } = source.type.properties(source.state, source.config);
  if (Result === undefined) return [];
  const how = exitCodes[ExecMainCode ?? ''];
  const status = Number(ExecMainStatus);
  return [
    `MONITOR_SERVICE_RESULT=${Result}`,
    ...(how === undefined
      ? []
      : [`MONITOR_EXIT_CODE=${how}`, `MONITOR_EXIT_STATUS=${how === 'exited' ? status : (signalName(status) ?? status)}`]),
    ...(source.invocationId === '' ? [] : [`MONITOR_INVOCATION_ID=${source.invocationId}`]),
    `MONITOR_UNIT=${source.name}`,
  ];
}

const none: readonly string[] = [];
const handled = kindBit('OnFailureOf') | kindBit('OnSuccessOf');

/** ExecMainCode, which is an si_code, by its name. */
const exitCodes: Readonly<Record<string, 'exited' | 'killed' | 'dumped'>> = { 1: 'exited', 2: 'killed', 3: 'dumped' };
