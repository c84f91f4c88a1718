import { buildUnitName, parseUnitName } from '../../unit/name.ts';
import { formatIpAddress, parseIpAddress } from '../../unit/values/ip-address.ts';
import type { Connection, ConnectionEvent, ConnectionOffer } from '../type.ts';
import type { SocketMemory, SocketState } from './state.ts';
import { enterStopPre } from './stop.ts';
import { countPoll, countTrigger } from './trigger-limit.ts';
import { pollNone, type SocketTurn } from './turn.ts';

/** Something happened to a connection of a socket with Accept=yes. */
export function connectionCame(turn: SocketTurn, state: SocketState, event: ConnectionEvent): SocketState {
  switch (event.is) {
    case 'offered':
      return offered(turn, state, event.offer);
    case 'over':
      return { ...state, memory: withoutConnection(state.memory, event.source) };
    case 'unserved':
      return state.sub === 'listening' ? enterStopPre(turn, state.memory, 'resources') : state;
    default:
      return state;
  }
}

/** Makes a connection the work of a service instance, or refuses it. */
function offered(turn: SocketTurn, state: SocketState, offer: ConnectionOffer): SocketState {
  const { config, socket, effects } = turn;
  // Those that the keeper had taken before it was told to stop are served all the same.
  if (state.sub !== 'listening' || !state.memory.held.includes(offer.name) || !socket.Accept) {
    if (offer.failure === undefined) effects.push({ effect: 'close', name: offer.held });
    return state;
  }
  if (offer.failure !== undefined) {
    effects.push({ effect: 'log', priority: 4, message: `${config.name}: Failed to accept a connection: ${offer.failure}` });
    return enterStopPre(turn, state.memory, 'resources');
  }
  const heard = hearMore(turn, state.memory, offer);
  // Who is about to be stopped serves nobody any more.
  if (turn.context.stopRequested) return { ...state, memory: refuse(turn, heard, offer) };
  const counted = countTrigger(turn, heard);
  if (counted === null) {
    effects.push({ effect: 'log', priority: 4, message: `${config.name}: Trigger limit hit, refusing further activation.` });
    return enterStopPre(turn, refuse(turn, heard, offer), 'trigger-limit-hit');
  }
  const source = socket.MaxConnectionsPerSource > 0 ? sourceOf(offer) : '';
  const crowd = crowdedBy(turn, counted, source);
  if (crowd !== undefined) {
    effects.push({ effect: 'log', priority: 4, message: `${config.name}: Too many incoming connections ${crowd}, dropping connection.` });
    return { ...state, memory: refuse(turn, counted, offer) };
  }
  return { ...state, memory: serve(turn, counted, offer, source) };
}

/** One more may be taken in the place of this one, or for a while none. */
function hearMore(turn: SocketTurn, memory: SocketMemory, { name }: ConnectionOffer): SocketMemory {
  const counted = countPoll(turn, memory);
  if (counted.deafUntilUsec > turn.context.now) return pollNone(turn, counted);
  if (counted.polled.includes(name)) turn.effects.push({ effect: 'accept', name, count: 1 });
  return counted;
}

function refuse({ effects }: SocketTurn, memory: SocketMemory, { held }: ConnectionOffer): SocketMemory {
  effects.push({ effect: 'close', name: held });
  return { ...memory, refused: memory.refused + 1 };
}

/** Which limit one more connection would be beyond, for people. */
function crowdedBy({ socket }: SocketTurn, { connections, sources }: SocketMemory, source: string): string | undefined {
  if (connections >= socket.MaxConnections) return `(${connections})`;
  const count = (sources[source] ?? 0) + 1;
  return source !== '' && count > socket.MaxConnectionsPerSource ? `(${count}) from source ${source}` : undefined;
}

function serve({ config, socket, effects }: SocketTurn, memory: SocketMemory, offer: ConnectionOffer, source: string): SocketMemory {
  const unit = instanceFor(config.name, memory.accepted, offer);
  const connection: Connection = {
    socket: config.name,
    held: `connection/${unit}`,
    peer: peerText(offer),
    environment: environmentOf(offer),
    source,
    attributes: socket.XAttrAccept,
  };
  effects.push({ effect: 'serve', unit, offered: offer.held, connection });
  const sources = source === '' ? memory.sources : { ...memory.sources, [source]: (memory.sources[source] ?? 0) + 1 };
  return { ...memory, accepted: memory.accepted + 1, connections: memory.connections + 1, sources };
}

function withoutConnection(memory: SocketMemory, source: string): SocketMemory {
  const connections = Math.max(0, memory.connections - 1);
  const count = memory.sources[source] ?? 0;
  if (count === 0) return { ...memory, connections };
  const { [source]: _, ...others } = memory.sources;
  return { ...memory, connections, sources: count === 1 ? others : { ...others, [source]: count - 1 } };
}

/** The name of the service instance for a connection: its number, then both ends, or who it is (systemd.socket(5), Accept=). */
function instanceFor(socket: string, number: number, offer: ConnectionOffer): string {
  const parsed = parseUnitName(socket);
  const prefix = parsed.ok ? parsed.value.prefix : socket;
  const name = buildUnitName(prefix, `${number}-${endsOf(offer)}`, 'service');
  return name ?? `${prefix}@${number}.service`;
}

function endsOf({ local, peer, credentials }: ConnectionOffer): string {
  const ends = [endpointOf(local), endpointOf(peer)];
  const [here, there] = ends;
  if (here?.port !== undefined && there?.port !== undefined) return `${here.address}:${here.port}-${there.address}:${there.port}`;
  return credentials === undefined ? 'unknown' : `${credentials.pid}-${credentials.uid}`;
}

/** How the other end is shown to people. */
function peerText({ peer, credentials }: ConnectionOffer): string {
  const { address, port } = endpointOf(peer);
  if (port !== undefined) {
    if (peer.startsWith('vsock:')) return peer;
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  }
  return credentials === undefined ? peer : `PID ${credentials.pid}/UID ${credentials.uid}`;
}

function environmentOf({ peer, cookie }: ConnectionOffer): readonly string[] {
  const { address, port } = endpointOf(peer);
  const environment = address === '' ? [] : [`REMOTE_ADDR=${peer.startsWith('vsock:') ? `vsock:${address}` : address}`];
  if (port !== undefined) environment.push(`REMOTE_PORT=${port}`);
  return cookie === 0 ? environment : [...environment, `SO_COOKIE=${cookie}`];
}

/** What MaxConnectionsPerSource= counts by: the address without the port, or the user. */
function sourceOf({ peer, credentials }: ConnectionOffer): string {
  const { address, port } = endpointOf(peer);
  if (port !== undefined) return address;
  return credentials === undefined ? '' : `UID ${credentials.uid}`;
}

interface Endpoint {
  readonly address: string;
  readonly port?: string;
}

/** Takes an address apart; one of IPv4 in the clothes of IPv6 is shown as what it is. */
function endpointOf(text: string): Endpoint {
  const match = /^(?:vsock:|\[)?([^\]/@]*?)\]?:(\d+)$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return { address: text };
  const parsed = match[1].includes(':') ? parseIpAddress(match[1]) : undefined;
  if (parsed === undefined) return { address: match[1], port: match[2] };
  const isMapped = parsed.bytes.length === 16 && parsed.bytes.subarray(0, 10).every((byte) => byte === 0) && parsed.bytes[10] === 255;
  const address = isMapped && parsed.bytes[11] === 255 ? formatIpAddress({ family: 'inet', bytes: parsed.bytes.subarray(12) }) : match[1];
  return { address, port: match[2] };
}
