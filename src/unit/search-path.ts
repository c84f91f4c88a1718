import { simplifyPath } from '../base/path.ts';

/** The environment variables that move the search path. */
export type PathEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * The directories where unit files are looked for, the strongest first (systemd.unit(5), "Unit File Load Path").
 * $SYSTEMD_UNIT_PATH replaces the list, or goes before it where it ends in a colon.
 */
export function unitSearchPath(scope: 'system' | 'user', environment: PathEnvironment): readonly string[] {
  return withGiven(scope === 'system' ? systemDirectories : userDirectories(environment), environment);
}

/** The directories of unit files for the managers of all users, as `--global` means them. */
export function globalSearchPath(environment: PathEnvironment): readonly string[] {
  return withGiven(globalDirectories, environment);
}

const globalDirectories: readonly string[] = [
  '/etc/systemd/user',
  '/run/systemd/user',
  '/usr/local/share/systemd/user',
  '/usr/share/systemd/user',
  '/usr/local/lib/systemd/user',
  '/usr/lib/systemd/user',
];

function withGiven(usual: readonly string[], environment: PathEnvironment): readonly string[] {
  const given = environment['SYSTEMD_UNIT_PATH'];
  if (given === undefined) return usual;
  const own = splitSearchPath(given);
  return given.endsWith(':') ? unique([...own, ...usual]) : own;
}

/** The directories of a colon-separated list; empty and relative entries are left out. */
export function splitSearchPath(text: string): readonly string[] {
  return unique(
    text
      .split(':')
      .filter((entry) => entry.startsWith('/'))
      .map(simplifyPath),
  );
}

// Debian's systemd 252 looks into /lib before /usr/lib; where one is a link to the other, the second is skipped when they are listed.
const systemDirectories: readonly string[] = [
  '/etc/systemd/system.control',
  '/run/systemd/system.control',
  '/run/systemd/transient',
  '/run/systemd/generator.early',
  '/etc/systemd/system',
  '/etc/systemd/system.attached',
  '/run/systemd/system',
  '/run/systemd/system.attached',
  '/run/systemd/generator',
  '/usr/local/lib/systemd/system',
  '/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/run/systemd/generator.late',
];

function userDirectories(environment: PathEnvironment): readonly string[] {
  const home = absolute(environment['HOME']);
  const configuration = absolute(environment['XDG_CONFIG_HOME']) ?? below(home, '.config');
  const data = absolute(environment['XDG_DATA_HOME']) ?? below(home, '.local/share');
  const runtime = absolute(environment['XDG_RUNTIME_DIR']);
  const inRuntime = (name: string): string | undefined => below(runtime, `systemd/${name}`);
  const candidates = [
    below(configuration, 'systemd/user.control'),
    inRuntime('user.control'),
    inRuntime('transient'),
    inRuntime('generator.early'),
    below(configuration, 'systemd/user'),
    ...each(environment['XDG_CONFIG_DIRS'], '/etc/xdg'),
    '/etc/systemd/user',
    inRuntime('user'),
    '/run/systemd/user',
    inRuntime('generator'),
    below(data, 'systemd/user'),
    ...each(environment['XDG_DATA_DIRS'], '/usr/local/share:/usr/share'),
    ...vendorDirectories,
    inRuntime('generator.late'),
  ];
  return unique(candidates.filter((candidate) => candidate !== undefined));
}

const vendorDirectories: readonly string[] = [
  '/usr/local/lib/systemd/user',
  '/usr/local/share/systemd/user',
  '/usr/lib/systemd/user',
  '/usr/share/systemd/user',
];

function each(list: string | undefined, usual: string): readonly string[] {
  return splitSearchPath(list ?? usual).map((directory) => `${directory}/systemd/user`);
}

function absolute(path: string | undefined): string | undefined {
  return path?.startsWith('/') === true ? simplifyPath(path) : undefined;
}

function below(directory: string | undefined, name: string): string | undefined {
  return directory === undefined ? undefined : `${directory}/${name}`;
}

function unique(paths: readonly string[]): readonly string[] {
  return [...new Set(paths)];
}
