import { getSystemErrorMessage } from 'node:util';

/** What the system calls an errno, such as "No such file or directory". */
export function errorText(errno: number): string {
  const text = errno === 0 ? 'Success' : getSystemErrorMessage(-errno);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
