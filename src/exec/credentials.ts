import type { ExecSettings } from '../unit/settings/exec.ts';
import type { UnitConfig } from '../unit/config.ts';
import { textToBytes } from '../base/bytes.ts';
import { unescapedCredential } from '../unit/values/credential.ts';
import type { Identity } from './identity.ts';
import type { Missing } from './missing.ts';
import type { Op, Plan } from './op.ts';
import type { ExecContext, ExecRequest } from './request.ts';

/** A credential that LoadCredential= or ImportCredential= names, and the files that it may come from; the first that exists counts. */
export interface CredentialSource {
  readonly name: string;
  readonly paths: readonly string[];
  /** It is no error if none of them exists. */
  readonly optional: boolean;
}

/** Encrypted credentials, as the manager has opened them. */
export interface OpenedCredentials {
  /** Those of LoadCredentialEncrypted= and ImportCredential=, which count more than what is set. */
  readonly loaded: readonly OpenedCredential[];
  readonly set: readonly OpenedCredential[];
  /** Why one of them cannot be used: then the service does not start. */
  readonly failure?: { readonly errno: number; readonly message: string };
}

export interface OpenedCredential {
  readonly name: string;
  readonly data: Uint8Array;
}

/** Slot of the directory while it is filled. */
const slot = 1021;
const exit = 243;
const unchanged = 0xffffffff;

const none: readonly never[] = [];

/** The settings that give credentials. */
export const credentialSettings = [
  'LoadCredential',
  'LoadCredentialEncrypted',
  'SetCredential',
  'SetCredentialEncrypted',
  'ImportCredential',
] as const satisfies readonly (keyof ExecSettings)[];

/** The commands before which the credentials are read anew; those that stop a service find what there was. */
const readers: ReadonlySet<ExecRequest['list']> = new Set(['ExecCondition', 'ExecStartPre', 'ExecStart', 'ExecStartPost']);

/** Where the unit's credentials are, for units that have some. */
export function credentialsDirectory(
  { name, exec }: UnitConfig,
  directories: Pick<ExecContext['directories'], 'runtime'>,
): string | undefined {
  return exec !== undefined && hasCredentials(exec) ? `${directories.runtime}/credentials/${name}` : undefined;
}

/** LoadCredential=, ImportCredential= and SetCredential= (systemd.exec(5)): what is loaded counts more than what is set. */
export function credentialOps(request: ExecRequest, exec: ExecSettings, context: ExecContext, identity: Identity): readonly Op[] {
  const path = credentialsDirectory(request.config, context.directories);
  if (path === undefined || !readers.has(request.list)) return none;
  const uid = context.privileged ? (identity.uid ?? unchanged) : unchanged;
  const { loaded, set: opened } = context.openedCredentials ?? noneOpened;
  const set = [...exec.SetCredential.map(divide), ...opened];
  const names = new Set(set.map(({ name }) => name));
  return [
    { op: 'credentials-open', slot, path, exit },
    ...(context.credentials ?? []).map(({ name, paths, optional }): Op => ({
      op: 'credential-file',
      slot,
      name,
      paths,
      peer: `${request.invocationId.slice(0, 16)}/unit/${request.config.name}/${name}`,
      optional: optional || names.has(name) ? 1 : 0,
      uid,
      exit,
    })),
    ...[...loaded, ...set].map(({ name, data }): Op => ({ op: 'credential-data', slot, name, bytes: data, uid, exit })),
    { op: 'credentials-close', slot, path, uid, exit },
  ];
}

const noneOpened: OpenedCredentials = { loaded: [], set: [] };

/** Why the credentials cannot be given to a process, as far as that is known before. */
export function credentialFailure(request: ExecRequest, context: ExecContext): Missing | undefined {
  const failure = readers.has(request.list) ? context.openedCredentials?.failure : undefined;
  return failure === undefined ? undefined : { kind: 'missing', exit, ...failure };
}

/** What takes them away when the unit has stopped. */
export function credentialsRemoval(config: UnitConfig, directories: ExecContext['directories']): Plan {
  const path = credentialsDirectory(config, directories);
  if (path === undefined) return [];
  return [
    { op: 'unmount', path, tolerate: true },
    { op: 'chmod', path, mode: 0o700, tolerate: true },
    { op: 'remove', path, tolerate: true },
  ];
}

function hasCredentials(exec: ExecSettings): boolean {
  return credentialSettings.some((name) => exec[name].length > 0);
}

/** `NAME:DATA`, with C escapes in the data. */
function divide(text: string): { readonly name: string; readonly data: Uint8Array } {
  const colon = text.indexOf(':');
  return { name: text.slice(0, colon), data: textToBytes(unescapedCredential(text.slice(colon + 1)) ?? '') };
}
