import { siphash24 } from '../base/siphash.ts';
import type { UnitConfig } from '../unit/config.ts';

/** Range of the uids of dynamic users (systemd.exec(5), DynamicUser=). */
const range = { first: 61184, last: 65519 } as const;
const size = range.last - range.first + 1;

/** Whether a uid may be a dynamic user's. */
export function isDynamicUid(uid: number): boolean {
  return uid >= range.first && uid <= range.last;
}

/** The name of the unit's dynamic user: User=, or the unit's name up to `@` or the suffix, if that can be the name of a user. */
export function dynamicName({ name: unit, exec }: UnitConfig): string {
  if (exec !== undefined && exec.User !== '') return exec.User;
  const prefix = unit.replace(/@.*$|\.[^.]*$/, '');
  return /^[A-Za-z_][A-Za-z0-9_-]{0,30}$/.test(prefix) ? prefix : `_du${hashOf(prefix, unitKey).toString(16).padStart(16, '0')}`;
}

/** The uids that a dynamic user may get, the best first: that which systemd tries first too, so that files of a service stay its own. */
export function* dynamicUids(name: string): Generator<number> {
  const start = Number(BigInt.asUintN(32, hashOf(name, uidKey)) % BigInt(size));
  for (let step = 0; step < size; step++) yield range.first + ((start + step) % size);
}

// What systemd hashes with, since the users' numbers are in file systems.
const uidKey = key('37 53 7e 31 cf ce 48 f5 8a bb 39 57 8d d9 ec 59');
const unitKey = key('58 1a af e6 28 58 4e 96 b4 4e f5 3b 8c 92 07 ec');

function key(text: string): Uint8Array {
  return Uint8Array.from(text.split(' '), (byte) => Number.parseInt(byte, 16));
}

function hashOf(text: string, by: Uint8Array): bigint {
  return siphash24(new TextEncoder().encode(text), by);
}
