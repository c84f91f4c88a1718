/** The absolute path that a symlink at `path` with this text leads to, by its text alone. */
export function resolveLink(path: string, target: string): string {
  return normalize(target.startsWith('/') ? target : `${directoryOf(path)}/${target}`);
}

/** The path without `.`, `..` and doubled slashes, by its text alone. */
export function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** The last component of a path. */
export function leafOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The path without its last component. */
export function directoryOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}
