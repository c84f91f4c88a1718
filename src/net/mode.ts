/** Does what makes a socket of a path, which is not open to others than it is meant for even for a moment. */
export function withMode<T>(mode: number, make: () => T): T {
  const umask = process.umask(~mode & 0o777);
  try {
    return make();
  } finally {
    process.umask(umask);
  }
}
