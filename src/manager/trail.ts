import type { Files } from '../port/files.ts';

/** The files that lead to some paths, each link and what it leads to, until a part is missing: the same text for as long as they are the same files. */
export function trailOf(files: Pick<Files, 'stat' | 'statFollow'>, paths: readonly string[]): string {
  return paths.map((path) => trail(files, path)).join(' ');
}

function trail(files: Pick<Files, 'stat' | 'statFollow'>, path: string): string {
  const found: string[] = [];
  let part = '';
  for (const name of ['', ...path.split('/').filter((each) => each !== '')]) {
    part = part === '/' || part === '' ? `/${name}` : `${part}/${name}`;
    const own = files.stat(part);
    const target = own.kind === 'symlink' ? files.statFollow(part) : own;
    if (own.kind === 'missing') break;
    found.push(own === target ? `${own.device}.${own.inode}` : `${own.device}.${own.inode}>${target.device}.${target.inode}`);
    if (target.kind === 'missing') break;
  }
  return found.join('/');
}
