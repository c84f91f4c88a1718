import type { FileStat, Files } from '../port/files.ts';

const mostLinks = 32;

/**
 * Where a path leads, if nobody but root and the owner of what is found had a say in that: on the way no directory or symlink of one user may lead to
 * what is another's, as in systemd's reading of PID files. Undefined where it is not so, or nothing is there.
 */
export function followSafely(files: Pick<Files, 'stat' | 'readLink'>, path: string): FileStat | undefined {
  let rest = path.split('/').filter((part) => part !== '');
  let at = '';
  let stat = files.stat('/');
  for (let links = 0; rest.length > 0;) {
    const [part = '', ...after] = rest;
    rest = after;
    if (part === '.') continue;
    const next = part === '..' ? at.slice(0, Math.max(0, at.lastIndexOf('/'))) : `${at}/${part}`;
    const found = files.stat(next === '' ? '/' : next);
    if (found.kind === 'missing' || (stat.uid !== 0 && stat.uid !== found.uid)) return undefined;
    if (found.kind === 'symlink') {
      const target = files.readLink(next);
      links += 1;
      if (target === undefined || links > mostLinks) return undefined;
      rest = [...target.split('/').filter((each) => each !== ''), ...rest];
      // What the link leads to is chosen by its owner.
      if (target.startsWith('/')) at = '';
      stat = found;
      continue;
    }
    at = next;
    stat = found;
  }
  return stat;
}
