import { hostname } from 'node:os';

/** As terminals want it: with the machine on which the file is. */
export function fileUrl(path: string): string {
  return `file://${hostname()}${path.split('/').map(encodeURIComponent).join('/')}`;
}
