import type { Content, Field, Origin } from './record.ts';
import { valueText } from './record.ts';

/** What is the same in all entries of this machine and boot. */
export interface Host {
  readonly bootId: string;
  readonly machineId: string;
  readonly hostname: string;
}

/** Who sent a datagram: the credentials that came with it, and what is known of the process. */
export interface Sender {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  /** Differs for what differs in `process`. */
  readonly serial: number;
  readonly process: Readonly<Record<string, string>>;
}

/** Makes origins and finds those that were made before. */
export interface Origins {
  make(fields: Readonly<Record<string, string>>): Origin;
  /** The origin of what is read from the kernel's log. */
  ofKernel(fields: Readonly<Record<string, string>>): Origin;
  /** The origin of the manager's own records, which most of the time say nothing of it themselves. */
  ofManager(fields: Readonly<Record<string, string>> | undefined): Origin;
  /** The origin of a datagram; `known` is what we know of its process where the machine cannot tell, `fields` what it says of itself. */
  ofSender(transport: string, sender: Sender, known: Readonly<Record<string, string>>, fields: Readonly<Record<string, string>>): Origin;
}

/** Origins of one host, whose manager is the process with these trusted fields. */
export function createOrigins(host: Host, manager: Readonly<Record<string, string>>): Origins {
  const cache = new Map<string, Origin>();

  function make(fields: Readonly<Record<string, string>>): Origin {
    return {
      identifier: fields['SYSLOG_IDENTIFIER'] ?? '',
      fields: {
        ...fields,
        _BOOT_ID: host.bootId,
        _MACHINE_ID: host.machineId,
        _HOSTNAME: host.hostname,
        _RUNTIME_SCOPE: 'system',
      },
    };
  }

  function cached(key: string, fields: () => Readonly<Record<string, string>>): Origin {
    const known = cache.get(key);
    if (known !== undefined) return known;
    const origin = make(fields());
    if (cache.size >= maximumCached) cache.clear();
    cache.set(key, origin);
    return origin;
  }

  return {
    make,
    ofKernel: (fields) => cached(`kernel ${JSON.stringify(fields)}`, () => ({ ...fields, _TRANSPORT: 'kernel' })),
    ofManager: (fields) =>
      cached(fields === undefined ? 'manager' : JSON.stringify(fields), () => ({
        SYSLOG_FACILITY: '3',
        SYSLOG_IDENTIFIER: 'systemd',
        _TRANSPORT: 'journal',
        ...manager,
        ...fields,
      })),
    ofSender: (transport, { pid, uid, gid, serial, process }, known, fields) =>
      cached(JSON.stringify([transport, pid, uid, gid, serial, known, fields]), () => ({
        ...known,
        ...process,
        ...fields,
        _TRANSPORT: transport,
        _PID: String(pid),
        _UID: String(uid),
        _GID: String(gid),
      })),
  };
}

/** The unit that an origin's entries belong to, or ''. */
export function originUnit(origin: Origin): string {
  return origin.fields['_SYSTEMD_USER_UNIT'] ?? origin.fields['_SYSTEMD_UNIT'] ?? '';
}

/** Divides fields into those that go into the origin, as `isShared` says, and the content. Of fields that can be only once, the first counts. */
export function divideFields(
  fields: readonly Field[],
  isShared: (name: string) => boolean,
): { readonly shared: Record<string, string>; readonly content: Content } {
  const shared: Record<string, string> = {};
  const extra: Field[] = [];
  let message: Content['message'] = null;
  let priority: number | null = null;
  for (const field of fields) {
    const [name, value] = field;
    if (name === 'MESSAGE' && message === null) message = value;
    else if (name === 'PRIORITY' && priority === null && /^[0-7]$/.test(valueText(value))) priority = Number(valueText(value));
    else if (isShared(name) && typeof value === 'string' && shared[name] === undefined) shared[name] = value;
    else extra.push(field);
  }
  return { shared, content: { priority, message, extra } };
}

const maximumCached = 2048;
