import type { Files } from './files.ts';

/** The same file system as if `root` were its root, for `--root=`: paths go in and come out without it. */
export function rootedFiles(files: Files, root: string): Files {
  const inside = (path: string): string => `${root}${path}`;
  const outside = (path: string | undefined): string | undefined =>
    path?.startsWith(`${root}/`) === true ? path.slice(root.length) : undefined;
  return {
    read: (path, limit) => files.read(resolve(path), limit),
    list: (path) => files.list(resolve(path)),
    stat: (path) => files.stat(inside(path)),
    statFollow: (path) => files.statFollow(resolve(path)),
    readLink: (path) => files.readLink(inside(path)),
    realPath: (path) => outside(files.realPath(resolve(path))),
    access: (path, mode) => files.access(resolve(path), mode),
    write: (path, bytes, mode) => files.write(inside(path), bytes, mode),
    symlink: (target, path) => files.symlink(target, inside(path)),
    mkdir: (path, mode) => files.mkdir(inside(path), mode),
    unlink: (path) => files.unlink(inside(path)),
    rmdir: (path) => files.rmdir(inside(path)),
    watch: (path, changed) => files.watch(inside(path), changed),
  };

  /** Follows links by hand, since an absolute target means a path below the root. */
  function resolve(path: string): string {
    let rest = path.split('/').filter((part) => part !== '');
    let walked = '';
    for (let hops = 0; rest.length > 0 && hops < 40;) {
      const [part = '', ...others] = rest;
      if (part === '..') {
        walked = walked.slice(0, Math.max(0, walked.lastIndexOf('/')));
        rest = others;
        continue;
      }
      const target = part === '.' ? undefined : files.readLink(inside(`${walked}/${part}`));
      if (target === undefined) {
        if (part !== '.') walked = `${walked}/${part}`;
        rest = others;
        continue;
      }
      hops += 1;
      if (target.startsWith('/')) walked = '';
      rest = [...target.split('/').filter((piece) => piece !== ''), ...others];
    }
    return inside(walked === '' ? '/' : walked);
  }
}
