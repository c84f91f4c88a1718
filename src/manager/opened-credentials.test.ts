import assert from 'node:assert/strict';
import { createCipheriv, createHash } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { facts } from '../../test/unit/facts.ts';
import { serviceOf } from '../../test/unit/config.ts';
import { FakeFiles } from '../port/files-fake.ts';
import { openCredential } from './encrypted-credential.ts';
import { openedCredentials } from './opened-credentials.ts';

const NOW = 1_800_000_000_000_000;
const FOREVER = 2n ** 64n - 1n;
const secret = Buffer.alloc(4096, 7);

interface Made {
  readonly name?: string;
  readonly id?: string;
  readonly key?: Uint8Array;
  readonly made?: bigint;
  readonly notAfter?: bigint;
}

/** What systemd-creds(1) makes of the text; by default with the key of the machine, for the name `a`, and for all times. */
function encrypt(
  text: string,
  { name = 'a', id = '5a1c6a86df9d4096b1d5a65e0862f19a', key = secret, made = FOREVER, notAfter = FOREVER }: Made = {},
): Buffer {
  const header = Buffer.alloc(48);
  header.write(id, 'hex');
  for (const [index, size] of [32, 1, 12, 16].entries()) header.writeUInt32LE(size, 16 + index * 4);
  const iv = Buffer.from('0123456789ab');
  iv.copy(header, 32);
  const metadata = Buffer.alloc(Math.ceil((20 + name.length) / 8) * 8);
  metadata.writeBigUInt64LE(made, 0);
  metadata.writeBigUInt64LE(notAfter, 8);
  metadata.writeUInt32LE(name.length, 16);
  metadata.write(name, 20);
  const cipher = createCipheriv('aes-256-gcm', createHash('sha256').update(key).digest(), iv);
  cipher.setAAD(header);
  const body = Buffer.concat([cipher.update(Buffer.concat([metadata, Buffer.from(text)])), cipher.final()]);
  return Buffer.concat([header, body, cipher.getAuthTag()]);
}

const check = { name: 'a', nowUsec: NOW, hostKey: () => secret, secureBoot: false };
const absent = '058469daf6f54324800549da0f8ea2fb';

function opened(bytes: Uint8Array, more: Partial<typeof check> = {}): string {
  const result = openCredential(bytes, { ...check, ...more });
  return result.ok ? new TextDecoder().decode(result.value) : `${result.error.errno}: ${result.error.message}`;
}

test('a credential is opened for the name and the time that it was encrypted for', () => {
  assert.equal(opened(encrypt('text')), 'text');
  assert.equal(opened(encrypt('text', { name: '' })), 'text');
  assert.equal(opened(encrypt('text', { made: BigInt(NOW) + 5n, notAfter: BigInt(NOW) + 10n })), 'text');
  assert.equal(opened(encrypt('text', { name: 'b' })), '66: it was encrypted under the name "b"');
  assert.equal(opened(encrypt('text', { name: 'a\0' })), '66: it was encrypted under the name "a\\u0000"');
  assert.equal(opened(encrypt('text', { made: 1n, notAfter: BigInt(NOW) - 1n })), '116: its time has passed');
  assert.equal(opened(encrypt('text', { made: 5n, notAfter: 5n })), '74: its times are not in order');
  assert.equal(opened(encrypt('text', { name: 'a'.repeat(256) })), '74: its name is too long');
});

test('a credential is not opened by another key, and one without a key not where only signed systems start', () => {
  assert.equal(opened(encrypt('text', { key: Buffer.alloc(4096, 8) })), '74: it is damaged, or was encrypted with another key');
  assert.equal(opened(encrypt('text'), { hostKey: () => Buffer.alloc(0) }), '74: it is damaged, or was encrypted with another key');
  const free = encrypt('text', { id: absent, key: Buffer.alloc(0) });
  assert.equal(opened(free), 'text');
  assert.equal(opened(free, { secureBoot: true }), '74: it has no key, and with secure boot such are not to be trusted');
  assert.match(opened(encrypt('text', { id: '0c7cc07b117645919c4b0bea08bc20fe' })), /^95: its key is sealed by a TPM2 chip/);
});

test('of a credential no byte can be changed, left out or added', () => {
  const whole = encrypt('some text');
  for (let at = 0; at < whole.length; at++) {
    for (const bit of [1, 128]) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ bit;
      assert.equal(openCredential(changed, check).ok, false, `byte ${at}`);
    }
    assert.equal(openCredential(whole.subarray(0, at), check).ok, false, `${at} bytes`);
  }
  assert.equal(openCredential(Buffer.concat([whole, Buffer.alloc(1)]), check).ok, false);
});

test('whatever was encrypted, also by one who has the key, is opened or refused', () => {
  const sizes = fc.tuple(fc.nat(40), fc.constantFrom(0, 1, 2048, 2049, 0xffffffff), fc.constantFrom(0, 12, 16, 0xffffffff), fc.nat(17));
  const numbers = fc.bigInt({ min: 0n, max: FOREVER });
  const all = fc.tuple(
    fc.uint8Array({ maxLength: 80 }),
    sizes,
    fc.record({ made: numbers, notAfter: numbers, name: fc.string({ maxLength: 300 }) }),
  );
  fc.assert(
    fc.property(all, ([bytes, header, made]) => {
      const forged = encrypt('x', made);
      for (const [index, size] of header.entries()) forged.writeUInt32LE(size, 16 + index * 4);
      for (const each of [bytes, Buffer.concat([Buffer.from(absent, 'hex'), bytes]), forged, encrypt('x', made)])
        openCredential(each, check);
    }),
  );
});

const machineId = '0123456789abcdef0123456789abcdef';
const keyFile = Buffer.concat([Buffer.from('f65a25a6c02a44888e0e49b6adb6b1f9', 'hex'), secret]);

function machine(files: Readonly<Record<string, string>>, key: Uint8Array = keyFile) {
  const fake = new FakeFiles(files);
  fake.write('/var/lib/systemd/credential.secret', key);
  const own = { ...facts, machineId, directories: { ...facts.directories, state: '/var/lib' } };
  return (exec: Parameters<typeof serviceOf>[1]): readonly string[] => {
    const { loaded, set, failure } = openedCredentials(
      { files: fake, scope: 'system', ownEnvironment: {}, facts: own },
      serviceOf({}, exec).exec,
      NOW,
    ) ?? {
      loaded: [],
      set: [],
    };
    const texts = [...loaded, ...set].map(({ name, data }) => `${name}=${new TextDecoder().decode(data)}`);
    return failure === undefined ? texts : [...texts, failure.message];
  };
}

test('ImportCredential= opens what the encrypted stores have, under their names or others', () => {
  const given = machine({
    '/etc/credstore.encrypted/db.one': encrypt('1', { name: 'db.one' }).toString('base64'),
    '/run/credstore.encrypted/db.two': encrypt('2', { name: 'web.two' }).toString('base64'),
    '/usr/lib/credstore.encrypted/other': encrypt('3', { name: 'other' }).toString('base64'),
  });
  assert.deepEqual(given({ exec: { ImportCredential: ['db.o*'] } }), ['db.one=1']);
  assert.deepEqual(given({ exec: { ImportCredential: ['db.t*:web.t'] } }), ['web.two=2']);
  assert.deepEqual(given({ exec: { ImportCredential: ['db.*'] } }), [
    'Credential db.two cannot be used: it was encrypted under the name "web.two"',
  ]);
});

test('the key of the machine is good only for the machine that it was made for', () => {
  const files = { '/a': encrypt('1').toString('base64') };
  const exec = { exec: { LoadCredentialEncrypted: ['a:/a'] } };
  assert.deepEqual(machine(files)(exec), ['a=1']);
  const refused = ['Credential a cannot be used: the key of this machine cannot be read'];
  assert.deepEqual(machine(files, Buffer.concat([Buffer.alloc(16), secret]))(exec), refused);
  assert.deepEqual(machine(files, Buffer.alloc(3))(exec), refused);
});
