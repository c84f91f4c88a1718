import type { CredentialSource } from '../exec/credentials.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { expandGlob } from './expand-glob.ts';
import type { ManagerOptions } from './options.ts';

type Place = Pick<ManagerOptions, 'files' | 'scope' | 'ownEnvironment'>;

/** Where the credentials are that a unit's settings name (systemd.exec(5), LoadCredential= and ImportCredential=). */
export function credentialSources(place: Place, exec: ExecSettings | undefined): readonly CredentialSource[] {
  if (exec === undefined || (exec.LoadCredential.length === 0 && exec.ImportCredential.length === 0)) return [];
  const searched = [...given(place), ...stores(place, 'credstore')];
  return [
    ...exec.LoadCredential.flatMap((text) => loaded(place.files, searched, text)),
    ...exec.ImportCredential.flatMap((text) => imported(place.files, searched, text)),
  ];
}

/** The same for those that are encrypted; what LoadCredentialEncrypted= names may be in any store, and is encrypted there too. */
export function encryptedSources(place: Place, exec: ExecSettings): readonly CredentialSource[] {
  if (exec.LoadCredentialEncrypted.length === 0 && exec.ImportCredential.length === 0) return [];
  const encrypted = stores(place, 'credstore.encrypted');
  const searched = [...encrypted, ...given(place), ...stores(place, 'credstore')];
  return [
    ...exec.LoadCredentialEncrypted.flatMap((text) => loaded(place.files, searched, text)),
    ...exec.ImportCredential.flatMap((text) => imported(place.files, encrypted, text)),
  ];
}

function given({ ownEnvironment }: Place): readonly string[] {
  const received = ownEnvironment['CREDENTIALS_DIRECTORY'];
  return received === undefined ? [] : [received];
}

function stores({ scope }: Place, name: string): readonly string[] {
  return scope === 'system' ? ['/etc', '/run', '/usr/local/lib', '/usr/lib'].map((directory) => `${directory}/${name}`) : [];
}

/** `NAME`, which is looked for, `NAME:PATH`, or each file below a directory. */
function loaded(files: ManagerOptions['files'], searched: readonly string[], text: string): readonly CredentialSource[] {
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  const path = colon < 0 ? text : text.slice(colon + 1);
  if (!path.startsWith('/')) return [{ name, paths: searched.map((directory) => `${directory}/${path}`), optional: true }];
  if (files.statFollow(path).kind !== 'directory') return [{ name, paths: [path], optional: false }];
  return filesBelow(files, path, deepest).map((each) => ({
    name: `${name}_${each.slice(path.length + 1).replaceAll('/', '_')}`,
    paths: [each],
    optional: true,
  }));
}

/** As many directories below each other are looked into. */
const deepest = 10;

function filesBelow(files: ManagerOptions['files'], directory: string, depth: number): readonly string[] {
  if (depth === 0) return [];
  return files.list(directory).flatMap((name) => {
    const path = `${directory}/${name}`;
    const { kind } = files.stat(path);
    if (kind === 'directory') return filesBelow(files, path, depth - 1);
    return kind === 'file' || kind === 'symlink' ? [path] : [];
  });
}

/** `PATTERN`, or `PATTERN:NAME` where what the pattern has before its `*` becomes NAME. */
function imported(files: ManagerOptions['files'], searched: readonly string[], text: string): readonly CredentialSource[] {
  const [pattern = '', replacement] = text.split(':');
  if (pattern.includes('/')) return [];
  const prefix = pattern.replace(/[*?[].*$/, '');
  return searched.flatMap((directory) =>
    expandGlob(files, `${directory}/${pattern}`).map((path) => {
      const found = path.slice(path.lastIndexOf('/') + 1);
      const name = replacement === undefined ? found : `${replacement}${found.slice(prefix.length)}`;
      return { name, paths: [path], optional: true };
    }),
  );
}
