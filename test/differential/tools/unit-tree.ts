import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';

export const ETC = '/etc/systemd/system';
export const RUN = '/run/systemd/system';
export const LIB = '/usr/lib/systemd/system';

/** Names of units that may be there. */
export const names = [
  'a.service',
  'b.service',
  'c.socket',
  't@.service',
  't@x.service',
  'u@.service',
  'u@y.service',
  'm.target',
  'gone.service',
] as const;
/** One of them. */
export const name = fc.constantFrom(...names);
const words = fc.constantFrom('m.target', 'm.target n.target', 'u@z.service', 'u@.service', 'bad', '%p.target', 'p%i.target');
const aliases = fc.constantFrom(
  'al.service',
  'al.socket',
  'al@.service',
  'al@x.service',
  'm.target.wants/a.service',
  'b.service',
  '%p-x.service',
);

const section = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: words.map((value) => `WantedBy=${value}`) },
      words.map((value) => `RequiredBy=${value}`),
      aliases.map((value) => `Alias=${value}`),
      name.map((value) => `Also=${value}`),
      fc.constantFrom('DefaultInstance=x', 'DefaultInstance=d', 'WantedBy='),
    ),
    { maxLength: 3 },
  )
  .map((lines) => (lines.length === 0 ? '[Unit]\n' : `[Install]\n${lines.join('\n')}\n`));

/** A file, or a link, below a root directory. */
export type Node = { readonly path: string; readonly text: string } | { readonly path: string; readonly link: string };

/** Files and links of the kinds that enable, mask and their kin meet. */
export const node: fc.Arbitrary<Node> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ path: name.map((unit) => `${LIB}/${unit}`), text: section }) },
  fc.record({ path: fc.tuple(fc.constantFrom(ETC, RUN), name).map(([directory, unit]) => `${directory}/${unit}`), text: section }),
  fc.record({ path: name.map((unit) => `/opt/${unit}`), text: section }),
  fc.record({ path: fc.tuple(fc.constantFrom(ETC, LIB), name).map(([directory, unit]) => `${directory}/${unit}.d/x.conf`), text: section }),
  fc.record({
    path: fc.constantFrom('/run/systemd/generator/g.service', '/run/systemd/transient/r.service', `${LIB}/empty.service`),
    text: fc.constant('[Install]\nWantedBy=m.target\n'),
  }),
  fc.record({
    path: fc
      .tuple(fc.constantFrom(ETC, ETC, RUN, LIB), fc.oneof(name, fc.constantFrom('l.service', 'k.service', 'k@.service', 'al.service')))
      .map(([directory, unit]) => `${directory}/${unit}`),
    link: fc.oneof(
      name.map((unit) => `${LIB}/${unit}`),
      name,
      name.map((unit) => `/opt/${unit}`),
      fc.constant('/dev/null'),
    ),
  }),
  fc.record({
    path: fc
      .tuple(fc.constantFrom(ETC, RUN, LIB), fc.constantFrom('m.target.wants', 'm.target.requires'), name)
      .map((parts) => parts.join('/')),
    link: fc.oneof(
      name.map((unit) => `${LIB}/${unit}`),
      name.map((unit) => `/opt/${unit}`),
    ),
  }),
  fc.record({
    path: fc.constantFrom('/usr/lib/systemd/system-preset/1.preset', '/etc/systemd/system-preset/2.preset'),
    text: fc.constantFrom(
      'disable *\n',
      'enable t@.service x y\ndisable t@*\n',
      '# no\nenable [ab].service\ndisable ?.*\n',
      'disable a*\n',
    ),
  }),
);

/** Runs an action on a root directory with these files and links, and removes it. */
export async function within<T>(nodes: readonly Node[], action: (root: string) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'tysd-install-'));
  try {
    for (const directory of [ETC, RUN, LIB, '/opt']) mkdirSync(root + directory, { recursive: true });
    for (const { path, ...content } of [{ path: `${LIB}/m.target`, text: '[Unit]\n' }, ...nodes]) {
      rmSync(root + path, { force: true });
      mkdirSync(dirname(root + path), { recursive: true });
      if ('text' in content) writeFileSync(root + path, path.endsWith('/empty.service') ? '' : content.text);
      else symlinkSync(content.link, root + path);
    }
    return await action(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Every link below a root, and what it says; every file. */
export function linksBelow(root: string, directory: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(root + directory).toSorted()) {
    const path = `${directory}/${entry}`;
    const stat = lstatSync(root + path);
    if (stat.isSymbolicLink()) found[path] = readlinkSync(root + path);
    else if (stat.isDirectory()) Object.assign(found, linksBelow(root, path));
    else found[path] = 'file';
  }
  return found;
}
