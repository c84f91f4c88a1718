import type { UnitConfig } from '../unit/config.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import type { Identity } from './identity.ts';
import type { Op } from './op.ts';
import type { ExecContext, ExecRequest } from './request.ts';

/** An id that setregid(2) leaves as it is. */
const unchanged = 0xffffffff;

/** KeyringMode= (systemd.exec(5)): a system's services have a keyring of their own by default, other commands of units one with the user's in it. */
export function keyringMode(config: UnitConfig, exec: ExecSettings, scope: 'system' | 'user'): 'inherit' | 'private' | 'shared' {
  return exec.KeyringMode ?? (scope === 'user' ? 'inherit' : config.service === undefined ? 'shared' : 'private');
}

/** The ops of KeyringMode=. */
export function keyringOps(request: ExecRequest, exec: ExecSettings, context: ExecContext, identity: Identity): readonly Op[] {
  const mode = keyringMode(request.config, exec, context.scope);
  if (mode === 'inherit') return [];
  return [
    {
      op: 'keyring',
      uid: context.privileged ? (identity.uid ?? unchanged) : unchanged,
      gid: context.privileged ? (identity.gid ?? unchanged) : unchanged,
      linkUser: mode === 'shared' ? 1 : 0,
      invocationId: Uint8Array.fromHex(request.invocationId),
    },
  ];
}
