import { signalName } from '../../unit/values/signal.ts';
import type { CommandReference, MainRecord, ServiceList } from './state.ts';
import type { Live, Turn } from './turn.ts';

/** What a process of the service is told about its state, as NAME=value (systemd.exec(5), "Environment Variables Set or Propagated by the Service Manager"). */
export function processEnvironment({ service }: Turn, live: Live, command: CommandReference): readonly string[] {
  const environment: string[] = [];
  if (live.main !== null && live.main.pid !== null) environment.push(`MAINPID=${live.main.pid}`);
  if (service.RestartMode === 'debug' && live.memory.restarts > 0) environment.push('DEBUG_INVOCATION=1');
  if (live.memory.connection?.open === true) environment.push(...live.memory.connection.environment);
  if (hearsResult[command.list]) {
    environment.push(`SERVICE_RESULT=${live.memory.result}`, ...exitEnvironment(live.memory.mainRecord));
  }
  return environment;
}

const hearsResult: Readonly<Record<ServiceList, boolean>> = {
  ExecCondition: false,
  ExecStartPre: false,
  ExecStart: false,
  ExecStartPost: false,
  ExecReload: false,
  ExecReloadPost: false,
  ExecStop: true,
  ExecStopPost: true,
};

function exitEnvironment(record: MainRecord | null): readonly string[] {
  const exit = record?.exit ?? null;
  if (exit === null) return [];
  const status = exit.how === 'exited' ? `${exit.status}` : (signalName(exit.status) ?? `${exit.status}`);
  return [`EXIT_CODE=${exit.how}`, `EXIT_STATUS=${status}`];
}
