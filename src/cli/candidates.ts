import { join } from 'node:path';

/** What decides which manager is meant. */
export interface PlaceRequest {
  readonly scope: 'system' | 'user' | undefined;
  readonly runtimeDirectory: string | undefined;
  readonly uid: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** There was a connection before, which was lost: the manager is expected back. */
  readonly again?: boolean;
}

/** A directory in which a manager's control socket may be. */
interface Candidate {
  readonly directory: string;
  /** Everybody can make it (it is below /tmp), so it counts only if it is ours and nobody else can write to it. */
  readonly suspicious: boolean;
}

export const machineDirectory = '/run/tysd';

/**
 * The directories to look for the control socket in, in order.
 * Root means the system manager; where none answers, its own user manager, so that trying tysd out as root needs no option.
 */
export function candidates({ scope, runtimeDirectory, uid, environment }: PlaceRequest): readonly Candidate[] {
  const told = runtimeDirectory ?? environment['TYSD_RUNTIME_DIRECTORY'];
  if (told !== undefined && told !== '') return [{ directory: told, suspicious: false }];
  const system = { directory: machineDirectory, suspicious: false };
  const base = environment['XDG_RUNTIME_DIR'];
  const own = base?.startsWith('/') === true ? [{ directory: join(base, 'tysd'), suspicious: false }] : [];
  // Where a read-only root leaves no other room.
  const narrow = ['/tmp', '/dev/shm'].map((directory) => ({ directory: `${directory}/tysd-${uid}`, suspicious: true }));
  const user = [...own, ...narrow];
  if (scope === 'system') return uid === 0 ? [system, ...narrow] : [system];
  if (scope === 'user') return user;
  return uid === 0 ? [system, ...user] : user;
}
