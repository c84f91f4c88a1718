import { err, ok, type Result } from '../../base/result.ts';
import type { FileTree } from '../invocation.ts';
import { whyUnreadable } from './security-policy.ts';

/** Where profiles are, each a directory with a drop-in for each type of units, the strongest first. */
const places = ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib'].map((prefix) => `${prefix}/systemd/portable/profile`);

/**
 * The drop-in that a portable profile is for each of the targets: that of their type, or the one of this path. An error is what to
 * print.
 */
export function securityProfiles(
  tree: FileTree,
  profile: string | undefined,
  targets: readonly string[],
): Result<ReadonlyMap<string, Uint8Array>, string> {
  const profiles = new Map<string, Uint8Array>();
  if (profile === undefined) return ok(profiles);
  for (const target of targets) {
    const path = profile.includes('/') ? profile : profileOfName(tree, profile, target.slice(target.lastIndexOf('.') + 1));
    if (path === undefined) return err(`Failed to find portable profile ${profile}: No such file or directory`);
    const bytes = tree.read(path);
    if (bytes === undefined) return err(`Failed to copy: ${whyUnreadable(tree, path)}`);
    profiles.set(target, bytes);
  }
  return ok(profiles);
}

function profileOfName(tree: FileTree, name: string, type: string): string | undefined {
  return places.map((place) => `${place}/${name}/${type}.conf`).find((path) => tree.follow(path).kind !== 'missing');
}
