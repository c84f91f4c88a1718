import { err, ok, type Result } from '../base/result.ts';
import { errors } from '../exec/errno.ts';

/** Why an encrypted credential is not used. */
export interface CredentialError {
  readonly errno: number;
  readonly message: string;
}

/** What is known beside the bytes. */
export interface CredentialCheck {
  /** The name under which the service is to have it: one that was encrypted under another is refused. */
  readonly name: string;
  /** CLOCK_REALTIME in microseconds. */
  readonly nowUsec: number;
  /** The machine's own key; undefined where it cannot be read. */
  readonly hostKey: () => Uint8Array | undefined;
  /** The firmware lets only signed systems start: then what anybody can encrypt is not believed. */
  readonly secureBoot: boolean;
}

/** How the key is made, by the id that a credential begins with. */
const kinds: Readonly<Record<string, 'host' | 'null' | 'tpm2'>> = {
  '5a1c6a86df9d4096b1d5a65e0862f19a': 'host',
  '058469daf6f54324800549da0f8ea2fb': 'null',
  '0c7cc07b117645919c4b0bea08bc20fe': 'tpm2',
  faf7eb9341e3412ca1a436f95a29362f: 'tpm2',
  '93a894094874449090caf2fc93cab553': 'tpm2',
};

const ID_SIZE = 16;
const HEADER_SIZE = 32;
const METADATA_SIZE = 20;
const KEY_SIZE = 32;
const IV_SIZE = 12;
const TAG_SIZE = 16;
const LARGEST_BLOCK = 2048;
const LONGEST_NAME = 255;
const FOREVER = 0xffff_ffff_ffff_ffffn;

/**
 * The content of a credential that systemd-creds(1) has encrypted: a header that says how, the nonce, and by AES-256-GCM the times between
 * which it is good, its name and the data. All that comes before is authenticated with it. Keys that a TPM2 chip seals are not to be had.
 */
export function openCredential(bytes: Uint8Array, check: CredentialCheck): Result<Uint8Array, CredentialError> {
  if (bytes.length < ID_SIZE) return bad('it is too short');
  const kind = kinds[Buffer.from(bytes.subarray(0, ID_SIZE)).toString('hex')];
  if (kind === undefined) return err({ errno: errors.EOPNOTSUPP, message: 'its format is unknown, or it is damaged' });
  if (kind === 'tpm2') return err({ errno: errors.EOPNOTSUPP, message: 'its key is sealed by a TPM2 chip, which tysd does not ask' });
  if (kind === 'null' && check.secureBoot) return bad('it has no key, and with secure boot such are not to be trusted');
  if (bytes.length < HEADER_SIZE) return bad('it is too short');
  const sizes = view(bytes, ID_SIZE);
  const size = (index: number): number => sizes.getUint32(index * 4, true);
  if (size(0) !== KEY_SIZE || size(1) < 1 || size(1) > LARGEST_BLOCK || size(2) !== IV_SIZE || size(3) !== TAG_SIZE)
    return bad('its header is damaged');
  const start = align(HEADER_SIZE + IV_SIZE);
  if (bytes.length < start + align(METADATA_SIZE) + TAG_SIZE) return bad('it is too short');
  const secret = kind === 'null' ? new Uint8Array() : check.hostKey();
  if (secret === undefined) return err({ errno: errors.ENOENT, message: 'the key of this machine cannot be read' });
  const plain = decrypt(bytes, process.getBuiltinModule('node:crypto').createHash('sha256').update(secret).digest(), start);
  return plain === undefined ? bad('it is damaged, or was encrypted with another key') : contentOf(plain, check);
}

/** Undefined where the tag is not that of these bytes and this key. */
function decrypt(bytes: Uint8Array, key: Uint8Array, start: number): Uint8Array | undefined {
  try {
    const decipher = process
      .getBuiltinModule('node:crypto')
      .createDecipheriv('aes-256-gcm', key, bytes.subarray(HEADER_SIZE, HEADER_SIZE + IV_SIZE), { authTagLength: TAG_SIZE });
    decipher.setAAD(bytes.subarray(0, start));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_SIZE));
    return Buffer.concat([decipher.update(bytes.subarray(start, bytes.length - TAG_SIZE)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function contentOf(plain: Uint8Array, { name, nowUsec }: CredentialCheck): Result<Uint8Array, CredentialError> {
  const metadata = view(plain, 0);
  const made = metadata.getBigUint64(0, true);
  const notAfter = metadata.getBigUint64(8, true);
  const nameSize = metadata.getUint32(16, true);
  if (made !== FOREVER && notAfter !== FOREVER && made >= notAfter) return bad('its times are not in order');
  if (nameSize > LONGEST_NAME) return bad('its name is too long');
  const start = align(METADATA_SIZE + nameSize);
  if (plain.length < start) return bad('it is too short for its name');
  const own = new TextDecoder().decode(plain.subarray(METADATA_SIZE, METADATA_SIZE + nameSize));
  if (nameSize > 0 && own !== name)
    return err({ errno: errors.EREMOTE, message: `it was encrypted under the name ${JSON.stringify(own)}` });
  if (notAfter !== FOREVER && notAfter < BigInt(Math.trunc(nowUsec))) return err({ errno: errors.ESTALE, message: 'its time has passed' });
  return ok(plain.subarray(start));
}

function bad(message: string): Result<never, CredentialError> {
  return err({ errno: errors.EBADMSG, message });
}

function view(bytes: Uint8Array, offset: number): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset + offset, bytes.byteLength - offset);
}

/** Parts begin at multiples of eight bytes. */
function align(size: number): number {
  return Math.ceil(size / 8) * 8;
}
