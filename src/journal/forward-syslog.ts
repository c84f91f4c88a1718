import type { TimeText } from '../base/timestamp.ts';
import { facility } from './forward.ts';
import type { ForwardRule } from './policy.ts';
import { type Row, valueBytes } from './record.ts';

/** A message for a syslog daemon, and who is to have sent it. */
export interface SyslogDatagram {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  readonly bytes: Uint8Array;
}

/** Entries as messages of RFC 3164 for a syslog daemon; what came as a syslog message goes on as it was. */
export function syslogMessages(time: TimeText, send: (datagram: SyslogDatagram) => void): ForwardRule['pass'] {
  return (row, priority, datagram) => {
    const { fields } = row.origin;
    const pid = processId(fields['_PID']);
    const bytes = datagram ?? Buffer.concat([Buffer.from(header(row, priority, pid, time)), valueBytes(row.message ?? '')]);
    send({ pid, uid: processId(fields['_UID']), gid: processId(fields['_GID']), bytes });
  };
}

function header(row: Row, priority: number, pid: number, time: TimeText): string {
  const { fields } = row.origin;
  // A day has no zero before it there (RFC 3164, 4.1.2).
  const when = time.classic(row.realtimeUsec).replace(/ 0(\d )/, '  $1');
  const identifier = fields['SYSLOG_IDENTIFIER'] ?? fields['_COMM'];
  const whose = identifier === undefined ? '' : `${identifier}${pid > 0 ? `[${pid}]` : ''}: `;
  return `<${(facility(row, userFacility) << 3) | priority}>${when} ${whose}`;
}

const userFacility = 1;

function processId(text: string | undefined): number {
  const number = Number(text ?? 0);
  return Number.isInteger(number) && number >= 0 && number < 2 ** 32 ? number : 0;
}
