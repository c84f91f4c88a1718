import { homedir } from 'node:os';

/** The home directory of the user that this process runs as: what $HOME says, or else the account; / where neither is there. */
export function homeDirectory({ HOME: said }: Readonly<Record<string, string | undefined>>): string {
  if (said !== undefined) return said;
  try {
    return homedir();
  } catch {
    // A container may run us under a uid that no file knows.
    return '/';
  }
}
