/**
 * A record of the manager's as a message of the native protocol (sd_journal_send(3)). Who reads the log of a unit is shown what process 1 says of it by
 * `UNIT=`; of what another one says, that it is about the unit.
 */
export function nativeMessage(record: Readonly<Record<string, string>>, isInit: boolean): Uint8Array {
  const unit = record['UNIT'];
  const fields: Record<string, string> = {
    SYSLOG_FACILITY: '3',
    SYSLOG_IDENTIFIER: 'systemd',
    ...(isInit || unit === undefined ? {} : { OBJECT_SYSTEMD_UNIT: unit }),
    ...record,
  };
  return Buffer.concat(Object.entries(fields).map(([name, value]) => field(name, value)));
}

function field(name: string, value: string): Uint8Array {
  if (!value.includes('\n')) return Buffer.from(`${name}=${value}\n`);
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, bytes, Buffer.from('\n')]);
}
