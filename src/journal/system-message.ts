/** What strerror(3) says of an error of the file system. */
export function systemMessage(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return messages[code] ?? code;
}

const messages: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
  ELOOP: 'Too many levels of symbolic links',
  ENOENT: 'No such file or directory',
  ENOSPC: 'No space left on device',
  ENOTDIR: 'Not a directory',
  EROFS: 'Read-only file system',
};
