import { readFileSync, statSync } from 'node:fs';
import { unitSearchPath } from '../../api/search-path.ts';
import { homeDirectory } from '../home.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The paths of systemd-path(1), by name, in its order; undefined where the environment does not say. Those of systemd are tysd's, too. */
export function knownPaths(environment: Environment): ReadonlyMap<string, string | undefined> {
  const said = (name: string): string | undefined => (environment[name]?.startsWith('/') === true ? environment[name] : undefined);
  const home = homeDirectory({ HOME: said('HOME') });
  const config = said('XDG_CONFIG_HOME') ?? `${home}/.config`;
  const data = said('XDG_DATA_HOME') ?? `${home}/.local/share`;
  const runtime = said('XDG_RUNTIME_DIR');
  const user = userDirectories(config, home);
  const architecture = architectures[process.arch] ?? process.arch;
  const searched = (scope: 'system' | 'user') => unitSearchPath(scope, environment).join(':');
  return new Map<string, string | undefined>([
    ['temporary', temporary(environment, '/tmp')],
    ['temporary-large', temporary(environment, '/var/tmp')],
    ['system-binaries', '/usr/bin'],
    ['system-include', '/usr/include'],
    ['system-library-private', '/usr/lib'],
    ['system-library-arch', `/usr/lib/${architecture}`],
    ['system-shared', '/usr/share'],
    ['system-configuration-factory', '/usr/share/factory/etc'],
    ['system-state-factory', '/usr/share/factory/var'],
    ['system-configuration', '/etc'],
    ['system-runtime', '/run'],
    ['system-runtime-logs', '/run/log'],
    ['system-state-private', '/var/lib'],
    ['system-state-logs', '/var/log'],
    ['system-state-cache', '/var/cache'],
    ['system-state-spool', '/var/spool'],
    ['user-binaries', `${home}/.local/bin`],
    ['user-library-private', `${home}/.local/lib`],
    ['user-library-arch', `${home}/.local/lib/${architecture}`],
    ['user-shared', data],
    ['user-configuration', config],
    ['user-runtime', runtime],
    ['user-state-cache', said('XDG_CACHE_HOME') ?? `${home}/.cache`],
    ['user', home],
    ...Object.entries(user).map(([name, path]) => [`user-${name}`, path] as const),
    ['search-binaries', environment['PATH']],
    ['search-binaries-default', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    ['search-library-private', `${home}/.local/lib:/usr/local/lib:/usr/lib:/lib`],
    ['search-library-arch', `${home}/.local/lib/${architecture}:/usr/lib/${architecture}:/usr/lib/${architecture}`],
    ['search-shared', `${data}:${environment['XDG_DATA_DIRS'] || '/usr/local/share:/usr/share'}`],
    ['search-configuration-factory', '/usr/local/share/factory/etc:/usr/share/factory/etc'],
    ['search-state-factory', '/usr/local/share/factory/var:/usr/share/factory/var'],
    ['search-configuration', `${config}:${environment['XDG_CONFIG_DIRS'] || '/etc'}`],
    ['systemd-util', '/lib/systemd'],
    ['systemd-system-unit', '/lib/systemd/system'],
    ['systemd-system-preset', '/lib/systemd/system-preset'],
    ['systemd-system-conf', '/etc/systemd/system'],
    ['systemd-user-unit', '/usr/lib/systemd/user'],
    ['systemd-user-preset', '/lib/systemd/user-preset'],
    ['systemd-user-conf', '/etc/systemd/user'],
    ['systemd-search-system-unit', searched('system')],
    ['systemd-search-user-unit', searched('user')],
    ['systemd-system-generator', '/lib/systemd/system-generators'],
    ['systemd-user-generator', '/usr/lib/systemd/user-generators'],
    ['systemd-search-system-generator', lists('system-generators', '/lib/systemd/system-generators')],
    ['systemd-search-user-generator', lists('user-generators', '/usr/lib/systemd/user-generators')],
    ['systemd-sleep', '/lib/systemd/system-sleep'],
    ['systemd-shutdown', '/lib/systemd/system-shutdown'],
    ['tmpfiles', '/usr/lib/tmpfiles.d'],
    ['sysusers', '/usr/lib/sysusers.d'],
    ['sysctl', '/usr/lib/sysctl.d'],
    ['binfmt', '/usr/lib/binfmt.d'],
    ['modules-load', '/usr/lib/modules-load.d'],
    ['catalog', '/usr/lib/systemd/catalog'],
    [
      'systemd-search-network',
      '/etc/systemd/network:/run/systemd/network:/usr/local/lib/systemd/network:/usr/lib/systemd/network:/lib/systemd/network',
    ],
  ]);
}

/** Where programs of this kind are, of which the last is the vendor's. */
function lists(folder: string, last: string): string {
  return `/run/systemd/${folder}:/etc/systemd/${folder}:/usr/local/lib/systemd/${folder}:${last}`;
}

/** The triplets of Debian. */
const architectures: Readonly<Record<string, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

function temporary(environment: Environment, usual: string): string {
  const told = ['TMPDIR', 'TEMP', 'TMP'].map((name) => environment[name] ?? '').find((path) => path.startsWith('/') && isDirectory(path));
  return told ?? usual;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Names of user-dirs.dirs(5), and what they are called here. */
const userNames = {
  documents: 'DOCUMENTS',
  music: 'MUSIC',
  pictures: 'PICTURES',
  videos: 'VIDEOS',
  download: 'DOWNLOAD',
  public: 'PUBLICSHARE',
  templates: 'TEMPLATES',
  desktop: 'DESKTOP',
};

function userDirectories(config: string, home: string): Readonly<Record<string, string>> {
  const lines = readOr(`${config}/user-dirs.dirs`);
  return Object.fromEntries(
    Object.entries(userNames).map(([name, word]) => {
      const [, told] = new RegExp(`^\\s*XDG_${word}_DIR\\s*=\\s*"(\\$HOME(?:/[^"]*)?|/[^"]*)"`, 'm').exec(lines) ?? [];
      return [name, told?.replace(/^\$HOME/, home).replace(/(.)\/$/, '$1') ?? (name === 'desktop' ? `${home}/Desktop` : home)];
    }),
  );
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
