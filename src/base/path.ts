/** Longest path that the kernel takes, in bytes, less the final NUL. */
export const LONGEST_PATH = 4095;

/** The path without doubled slashes, `.` components and a trailing slash; `..` stays, except right under the root, where it has no effect. */
export function simplifyPath(path: string): string {
  if (isSimple(path)) return path;
  const absolute = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (absolute && part === '..' && parts.length === 0) continue;
    parts.push(part);
  }
  if (parts.length === 0) return absolute ? '/' : path === '' ? '' : '.';
  return absolute ? `/${parts.join('/')}` : parts.join('/');
}

/** Whether the path is simplified, has no `..` and is not too long. */
export function isNormalizedPath(path: string): boolean {
  return path !== '' && path === simplifyPath(path) && isSafePath(path) && !path.split('/').includes('.');
}

/** Whether the path goes nowhere upwards and is not too long. */
export function isSafePath(path: string): boolean {
  return path.length <= LONGEST_PATH && !path.split('/').includes('..');
}

/** Whether the text may name one file in a directory. */
export function isFileName(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && !text.includes('/') && text.length <= 255;
}

/** What is left of `path` behind the components of `prefix`, or undefined where it does not begin with them. */
export function pathBehind(path: string, prefix: string): string | undefined {
  if (path.startsWith('/') !== prefix.startsWith('/')) return undefined;
  let at = skipSlashes(path, 0);
  for (const part of prefix.split('/')) {
    if (part === '' || part === '.') continue;
    at = skipDots(path, at);
    if (!path.startsWith(part, at)) return undefined;
    at += part.length;
    if (at < path.length && path[at] !== '/') return undefined;
    at = skipSlashes(path, at);
  }
  return skipDots(path, at) >= path.length ? '' : path.slice(at);
}

/** The last component, or undefined where there is none or it is `..`. */
export function fileName(path: string): string | undefined {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const last = parts.at(-1);
  return last === '..' ? undefined : last;
}

/** The simplified path without its last component, or undefined where there is no directory in it. */
export function directoryName(path: string): string | undefined {
  if (fileName(path) === undefined) return undefined;
  const simple = simplifyPath(path);
  const slash = simple.lastIndexOf('/');
  return slash < 0 ? undefined : slash === 0 ? '/' : simple.slice(0, slash);
}

/** Nothing to fold: no empty or dot component, no trailing slash. A dot after a slash is looked at again by the caller. */
function isSimple(path: string): boolean {
  if (path === '/' || path === '') return true;
  return !path.includes('//') && !path.endsWith('/') && !path.includes('/.') && !path.startsWith('./');
}

function skipSlashes(path: string, at: number): number {
  let next = at;
  while (path[next] === '/') next++;
  return next;
}

function skipDots(path: string, at: number): number {
  let next = skipSlashes(path, at);
  while (path[next] === '.' && (path[next + 1] === '/' || next + 1 === path.length)) next = skipSlashes(path, next + 1);
  return next;
}
