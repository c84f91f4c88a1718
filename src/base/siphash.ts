const MASK = 0xffffffffffffffffn;

/** SipHash-2-4 of `data` under a key of 16 bytes. */
export function siphash24(data: Uint8Array, key: Uint8Array): bigint {
  const k0 = readWord(key, 0, 8);
  const k1 = readWord(key, 8, 8);
  const state: State = [k0 ^ 0x736f6d6570736575n, k1 ^ 0x646f72616e646f6dn, k0 ^ 0x6c7967656e657261n, k1 ^ 0x7465646279746573n];
  const whole = data.length - (data.length % 8);
  for (let at = 0; at < whole; at += 8) compress(state, readWord(data, at, 8));
  compress(state, (BigInt(data.length & 0xff) << 56n) | readWord(data, whole, data.length - whole));
  state[2] ^= 0xffn;
  for (let round = 0; round < 4; round++) sipRound(state);
  return state[0] ^ state[1] ^ state[2] ^ state[3];
}

type State = [bigint, bigint, bigint, bigint];

function readWord(bytes: Uint8Array, at: number, length: number): bigint {
  let word = 0n;
  for (let index = length - 1; index >= 0; index--) word = (word << 8n) | BigInt(bytes[at + index] ?? 0);
  return word;
}

function compress(state: State, word: bigint): void {
  state[3] ^= word;
  sipRound(state);
  sipRound(state);
  state[0] ^= word;
}

function sipRound(v: State): void {
  v[0] = (v[0] + v[1]) & MASK;
  v[1] = rotate(v[1], 13n) ^ v[0];
  v[0] = rotate(v[0], 32n);
  v[2] = (v[2] + v[3]) & MASK;
  v[3] = rotate(v[3], 16n) ^ v[2];
  v[0] = (v[0] + v[3]) & MASK;
  v[3] = rotate(v[3], 21n) ^ v[0];
  v[2] = (v[2] + v[1]) & MASK;
  v[1] = rotate(v[1], 17n) ^ v[2];
  v[2] = rotate(v[2], 32n);
}

function rotate(word: bigint, bits: bigint): bigint {
  return ((word << bits) | (word >> (64n - bits))) & MASK;
}
