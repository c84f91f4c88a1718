import { decodeBase64 } from '../base/base64.ts';
import { err, type Result } from '../base/result.ts';
import type { OpenedCredential, OpenedCredentials } from '../exec/credentials.ts';
import { errors } from '../exec/errno.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { encryptedSources } from './credential-sources.ts';
import { type CredentialCheck, type CredentialError, openCredential } from './encrypted-credential.ts';
import type { ManagerOptions } from './options.ts';

/** A credential has at most 1 MiB, and beside that a header, all of it in Base64. */
const LONGEST = 2 * 1024 * 1024;

/**
 * The content of LoadCredentialEncrypted= and SetCredentialEncrypted=, and of what ImportCredential= finds encrypted (systemd.exec(5)). Unlike
 * other files they are read by the manager, since a child has no cipher; sockets are no sources of theirs.
 */
export function openedCredentials(
  options: Pick<ManagerOptions, 'files' | 'scope' | 'ownEnvironment' | 'facts'>,
  exec: ExecSettings | undefined,
  nowUsec: number,
): OpenedCredentials | undefined {
  if (exec === undefined || !hasEncrypted(exec)) return undefined;
  const { files } = options;
  const machine = { nowUsec, hostKey: () => hostKey(options), secureBoot: isSecureBoot(files) };
  const fallbacks = new Set([...exec.SetCredential, ...exec.SetCredentialEncrypted].map(nameOf));
  const loaded: OpenedCredential[] = [];
  for (const { name, paths, optional } of encryptedSources(options, exec)) {
    const path = paths.find((each) => files.statFollow(each).kind !== 'missing');
    if (path === undefined && (optional || fallbacks.has(name))) continue;
    const bytes = path === undefined ? undefined : files.read(path, LONGEST);
    const opened = bytes === undefined ? missing : open(new TextDecoder().decode(bytes), { ...machine, name });
    if (!opened.ok) return refused(name, opened.error);
    loaded.push({ name, data: opened.value });
  }
  const names = new Set(loaded.map(({ name }) => name));
  const set: OpenedCredential[] = [];
  for (const text of exec.SetCredentialEncrypted) {
    const name = nameOf(text);
    if (names.has(name)) continue;
    const opened = open(text.slice(name.length + 1), { ...machine, name });
    if (!opened.ok) return refused(name, opened.error);
    set.push({ name, data: opened.value });
  }
  return { loaded, set };
}

const missing: Result<never, CredentialError> = err({ errno: errors.ENOENT, message: 'its file cannot be read' });

function hasEncrypted({ LoadCredentialEncrypted, SetCredentialEncrypted, ImportCredential }: ExecSettings): boolean {
  return LoadCredentialEncrypted.length > 0 || SetCredentialEncrypted.length > 0 || ImportCredential.length > 0;
}

function nameOf(text: string): string {
  return text.slice(0, text.indexOf(':'));
}

function open(text: string, check: CredentialCheck): Result<Uint8Array, CredentialError> {
  const bytes = decodeBase64(text);
  return bytes === undefined ? err({ errno: errors.EBADMSG, message: 'it is no Base64' }) : openCredential(bytes, check);
}

function refused(name: string, { errno, message }: CredentialError): OpenedCredentials {
  return { loaded: [], set: [], failure: { errno, message: `Credential ${name} cannot be used: ${message}` } };
}

/** The secret of this machine comes behind an id of the machine that it was made for. */
function hostKey({ files, facts }: Pick<ManagerOptions, 'files' | 'facts'>): Uint8Array | undefined {
  const bytes = files.read(`${facts.directories.state}/systemd/credential.secret`, 65_536);
  if (bytes === undefined || bytes.length <= ID_SIZE) return undefined;
  return Buffer.from(bytes.subarray(0, ID_SIZE)).equals(ownId(facts.machineId)) ? bytes.subarray(ID_SIZE) : undefined;
}

/** The machine's id as only this use knows it (sd_id128_get_machine_app_specific(3)): a keyed hash, with the marks of a random UUID. */
function ownId(machineId: string): Uint8Array {
  const use = Buffer.from('d3acecba0dad4cdfb8c9381528936c58', 'hex');
  const id = process
    .getBuiltinModule('node:crypto')
    .createHmac('sha256', Buffer.from(machineId, 'hex'))
    .update(use)
    .digest()
    .subarray(0, ID_SIZE);
  id[6] = ((id[6] ?? 0) & 0x0f) | 0x40;
  id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
  return id;
}

const ID_SIZE = 16;

function isSecureBoot(files: ManagerOptions['files']): boolean {
  const variable = files.read('/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c', 16);
  return variable?.at(4) === 1 && files.list('/sys/class/tpmrm').length > 0;
}
