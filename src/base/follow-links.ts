/**
 * The absolute path with every link in it followed by hand, whether or not there is anything at its end; '' for the root,
 * undefined where links go round. For file systems that are not, or not quite, the kernel's.
 */
export function followLinks(path: string, readLink: (path: string) => string | undefined): string | undefined {
  let rest = partsOf(path);
  let walked = '';
  for (let hops = 0; rest.length > 0;) {
    const [part = '', ...others] = rest;
    rest = others;
    if (part === '..') walked = walked.slice(0, Math.max(0, walked.lastIndexOf('/')));
    const target = part === '..' ? undefined : readLink(`${walked}/${part}`);
    if (target !== undefined) {
      if (++hops > MOST_HOPS) return undefined;
      if (target.startsWith('/')) walked = '';
      rest = [...partsOf(target), ...rest];
    } else if (part !== '..') walked = `${walked}/${part}`;
  }
  return walked;
}

/** As many as the kernel follows. */
const MOST_HOPS = 40;

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}
