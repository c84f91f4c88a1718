import { signalName } from '../../unit/values/signal.ts';
import type { CommandReference, MainRecord, ServiceList } from './state.ts';
import type { Live, Turn } from './turn.ts';

/** What the manager tells a process of the service about it, as NAME=value (systemd.exec(5), "Environment Variables Set or Propagated by the Service Manager"). */
export function processEnvironment(turn: Turn, live: Live, command: CommandReference): readonly string[] {
  const { service } = turn;
  const environment: string[] = [];
  if (service.PIDFile !== '') environment.push(`PIDFILE=${service.PIDFile}`);
  if (service.FileDescriptorStoreMax > 0 && command.list === 'ExecStart') environment.push(`FDSTORE=${service.FileDescriptorStoreMax}`);
  if (live.main !== null && live.main.pid !== null) environment.push(`MAINPID=${live.main.pid}`);
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
