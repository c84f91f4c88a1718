import { fieldValue } from './lines.ts';
import type { Field, FieldValue } from './record.ts';

/** What a syslog datagram says. */
export interface SyslogMessage {
  readonly priority: number;
  /** Undefined for that of the kernel, as which nobody else speaks. */
  readonly facility: number | undefined;
  readonly identifier: string;
  readonly message: FieldValue;
  /** The other `SYSLOG_…` fields of systemd.journal-fields(7). */
  readonly extra: readonly Field[];
}

/** Reads a datagram of /dev/log: RFC 5424 where it says so, else RFC 3164 as syslog(3) writes it; anything else is a plain message. */
export function parseSyslog(datagram: Uint8Array): SyslogMessage {
  const trimmed = trimEnd(datagram);
  const value = fieldValue(trimmed);
  const text = typeof value === 'string' ? value : Buffer.from(trimmed).toString('latin1');
  const restore = (part: string): FieldValue => (typeof value === 'string' ? part : fieldValue(Buffer.from(part, 'latin1')));

  const pri = /^<(\d{1,3})>/.exec(text);
  const number = pri === null ? defaultPri : Number(pri[1]);
  const body = pri === null ? text : text.slice(pri[0].length);
  const modern = pri === null ? undefined : parseNew(body);
  const parsed = modern ?? parseOld(body);

  const extra: Field[] = [];
  if (parsed.pid !== '') extra.push(['SYSLOG_PID', parsed.pid]);
  if (parsed.timestamp !== '') extra.push(['SYSLOG_TIMESTAMP', parsed.timestamp]);
  if (parsed.messageId !== '') extra.push(['SYSLOG_MSGID', parsed.messageId]);
  if (parsed.data !== '') extra.push(['SYSLOG_STRUCTURED_DATA', restore(parsed.data)]);
  // As journald does, the datagram is kept where the fields cannot give it back.
  const isWhole = modern !== undefined || parsed.timestamp !== '';
  if (typeof value !== 'string' || parsed.message.includes('\n') || !isWhole) extra.push(['SYSLOG_RAW', fieldValue(datagram)]);

  return {
    priority: number & 7,
    facility: number >> 3 || undefined,
    identifier: parsed.identifier,
    message: restore(parsed.message),
    extra,
  };
}

interface Parts {
  readonly identifier: string;
  readonly pid: string;
  readonly timestamp: string;
  readonly messageId: string;
  readonly data: string;
  readonly message: string;
}

/** user.info */
const defaultPri = 14;

const months = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const oldTimestamp = new RegExp(`^(?:${months}) [ \\d]\\d \\d\\d:\\d\\d:\\d\\d `);
const isoTimestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d) /;
/** Whatever stands before the first blank, if a colon ends it; behind it in brackets a pid. */
const oldIdentifier = /^(\S*):(?:\s|$)/;
const pidBehind = /\[([^[\]]*)\]$/;
const newHeader = /^1 (\S{1,64}) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) (-|(?:\[(?:[^\]"\\]|\\.|"(?:[^"\\]|\\.)*")*\])+)(?: ?)/s;

function parseOld(body: string): Parts {
  const timestamp = (oldTimestamp.exec(body) ?? isoTimestamp.exec(body))?.[0] ?? '';
  const rest = body.slice(timestamp.length).trimStart();
  const tag = oldIdentifier.exec(rest);
  const pid = pidBehind.exec(tag?.[1] ?? '');
  return {
    identifier: tag?.[1]?.slice(0, pid?.index) ?? '',
    pid: pid?.[1] ?? '',
    timestamp,
    messageId: '',
    data: '',
    message: tag === null ? rest : rest.slice(tag[0].length),
  };
}

function parseNew(body: string): Parts | undefined {
  const header = newHeader.exec(body);
  if (header === null) return undefined;
  const [whole, timestamp = '-', , identifier = '-', pid = '-', messageId = '-', data = '-'] = header;
  const message = body.slice(whole.length);
  return {
    identifier: unlessNil(identifier),
    pid: unlessNil(pid),
    timestamp: unlessNil(timestamp),
    messageId: unlessNil(messageId),
    data: unlessNil(data),
    // The message may begin with a byte order mark (RFC 5424, 6.4).
    message: message.replace(/^(?:\uFEFF|\u00EF\u00BB\u00BF)/, ''),
  };
}

function unlessNil(text: string): string {
  return text === '-' ? '' : text;
}

/** Without the NUL, newlines and blanks that senders put at the end. */
function trimEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && [0, 9, 10, 13, 32].includes(bytes[end - 1] ?? -1)) end--;
  return bytes.subarray(0, end);
}
