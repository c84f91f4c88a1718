const idBytes = 16;
/** Drawn for many ids at once: each draw on its own costs more than the rest of a start. */
const pool = Buffer.alloc(256 * idBytes);
let taken = pool.length;

/** A fresh 128-bit id, as 32 hexadecimal digits. */
export function freshId(): string {
  if (taken === pool.length) {
    crypto.getRandomValues(pool);
    taken = 0;
  }
  taken += idBytes;
  return pool.toString('hex', taken - idBytes, taken);
}
