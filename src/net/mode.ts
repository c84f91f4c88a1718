import { chmodSync } from 'node:fs';

/** Binds a socket to a path by `bind`, so that it is not open to others than it is meant for even for a moment. */
export function bindWithMode<T>(path: string, mode: number, bind: () => T): T {
  const umask = process.umask(~mode & 0o777);
  try {
    const bound = bind();
    // Where the directory has a default ACL, the umask counts for nothing (umask(2)).
    chmodSync(path, mode);
    return bound;
  } finally {
    process.umask(umask);
  }
}
