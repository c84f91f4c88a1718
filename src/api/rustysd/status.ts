import type { HandlerContext } from '../handler.ts';
import type { UnitInfo } from '../../graph/report.ts';

/** Whether rustysd would call the unit started. */
export function startedOf(unit: UnitInfo): boolean {
  return unit.active === 'active' || unit.active === 'reloading';
}

/** One unit as rustysd's `status` shows it; which fields there are depends on the kind of unit. */
export function statusOf(unit: UnitInfo, context: HandlerContext): Readonly<Record<string, unknown>> {
  const Status = stateText(unit, context);
  if (unit.name.endsWith('.socket')) {
    const listen = context.manager.properties(unit.name)?.['Listen'] ?? '';
    return {
      Name: unit.name,
      Status,
      FileDescriptorname: context.manager.properties(unit.name)?.['FileDescriptorName'] ?? unit.name,
      FileDescriptors: listen.split('\n').flatMap((line) => (line === '' ? [] : [socketText(line)])),
    };
  }
  if (!unit.name.endsWith('.service')) return { Name: unit.name, Status };
  return {
    Name: unit.name,
    Status,
    Sockets: socketsOf(unit, context),
    Restarted: context.manager.properties(unit.name)?.['NRestarts'] ?? '0',
    ...(startedOf(unit) && unit.sinceUsec > 0 ? { UpSince: `${(Date.now() * 1000 - unit.sinceUsec) / 1e6}s` } : {}),
  };
}

/** The debug text of rustysd's own states that comes nearest. */
function stateText(unit: UnitInfo, context: HandlerContext): string {
  if (unit.sub.startsWith('auto-restart')) return 'Restarting';
  if (unit.active === 'inactive') {
    if (unit.name.endsWith('.service') && socketsOf(unit, context).some((name) => isListening(context, name)))
      return 'Started(WaitingForSocket)';
    return unit.sinceUsec === 0 ? 'NeverStarted' : 'Stopped(StoppedFinal, [])';
  }
  if (unit.active === 'failed') return `Stopped(StoppedUnexpected, [${unit.result}])`;
  return states[unit.active] ?? 'NeverStarted';
}

const states: Readonly<Record<string, string>> = {
  active: 'Started(Running)',
  reloading: 'Started(Running)',
  activating: 'Starting',
  deactivating: 'Stopping',
};

function socketsOf(unit: UnitInfo, { manager }: HandlerContext): readonly string[] {
  const edges = manager.dependencies(unit.name);
  return edges.flatMap(({ key, unit: other }) => (key === 'TriggeredBy' && other.endsWith('.socket') ? [other] : []));
}

function isListening({ manager }: HandlerContext, name: string): boolean {
  const socket = manager.unit(name);
  return socket?.active === 'active';
}

/** `address (Stream)`, as the property Listen= has it, in the words of rustysd. */
function socketText(line: string): string {
  const match = /^(.*) \((\w+)\)$/.exec(line);
  const [address, kind] = [match?.[1] ?? line, match?.[2] ?? 'Stream'];
  if (kind === 'FIFO') return `Fifo(FifoConfig { path: ${JSON.stringify(address)} })`;
  if (address.startsWith('/') || address.startsWith('@')) return `UnixSocket(${unixKinds[kind] ?? kind}(${JSON.stringify(address)}))`;
  return kind === 'Datagram' ? `UdpSocket(UdpSocketConfig { addr: ${address} })` : `TcpSocket(TcpSocketConfig { addr: ${address} })`;
}

const unixKinds: Readonly<Record<string, string>> = { Stream: 'Stream', Datagram: 'Datagram', SequentialPacket: 'Sequential' };
