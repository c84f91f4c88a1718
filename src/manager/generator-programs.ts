import type { Files } from '../port/files.ts';

/** Where generators put units: the directories behind, before and after those of the administrator and the vendor. */
export interface GeneratorOutput {
  readonly normal: string;
  readonly early: string;
  readonly late: string;
}

/** Programs that make units or environment variables when the manager starts or reloads (systemd.generator(7), systemd.environment-generator(7)). */
export interface Generators {
  readonly output: GeneratorOutput;
  /** Directories of the programs that make units, the strongest first. */
  readonly unitPrograms: readonly string[];
  /** The same of those that print environment variables. */
  readonly environmentPrograms: readonly string[];
  /** What they are told beside the manager's environment, as NAME=value. */
  readonly environment: readonly string[];
}

type Kind = 'generators' | 'environment-generators';

/** The directories where generators of a kind are looked for; $SYSTEMD_GENERATOR_PATH and its like replace them. */
export function generatorPath(
  scope: 'system' | 'user',
  kind: Kind,
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const given = environment[kind === 'generators' ? 'SYSTEMD_GENERATOR_PATH' : 'SYSTEMD_ENVIRONMENT_GENERATOR_PATH'];
  if (given !== undefined) return given.split(':').filter((path) => path.startsWith('/'));
  return ['/run', '/etc', '/usr/local/lib', '/usr/lib'].map((place) => `${place}/systemd/${scope}-${kind}`);
}

/**
 * The programs of these directories, by name. The first directory that has a name decides: an empty file or a link to /dev/null
 * there masks the program.
 */
export function generatorPrograms(files: Pick<Files, 'list' | 'statFollow' | 'access'>, directories: readonly string[]): readonly string[] {
  const found = new Map<string, string | undefined>();
  for (const directory of directories) {
    for (const name of files.list(directory)) {
      if (found.has(name) || isLeftover(name)) continue;
      const path = `${directory}/${name}`;
      const { kind, size } = files.statFollow(path);
      if (kind === 'character' || (kind === 'file' && size === 0)) found.set(name, undefined);
      else if (kind === 'file' && files.access(path, 1)) found.set(name, path);
    }
  }
  return [...found]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, path]) => path)
    .filter((path) => path !== undefined);
}

/** Hidden files, and what editors and package managers leave. */
function isLeftover(name: string): boolean {
  return name.startsWith('.') || name.endsWith('~') || /\.(dpkg-\w+|rpmnew|rpmsave|rpmorig|ucf-\w+|swp|bak|old|new)$/.test(name);
}

/** What decides whether and where a manager runs generators. */
export interface GeneratorPlace {
  readonly scope: 'system' | 'user';
  readonly init: boolean;
  readonly runtimeDirectory: string;
  readonly searchPath: readonly string[];
  /** It was given directories of its own: what is in these is all that it is to have. */
  readonly hasOwnPath: boolean;
}

/**
 * Where generators put what they make, and the search path with that; no place where this manager runs none. The init of a
 * machine uses systemd's directories. Beside another init the machine's generators are that one's, and a user's manager may be
 * beside another one of the same user, so it has directories of its own.
 */
export function generatorPlace({ scope, init, runtimeDirectory, searchPath, hasOwnPath }: GeneratorPlace): {
  readonly output: GeneratorOutput | undefined;
  readonly searchPath: readonly string[];
} {
  if (hasOwnPath || (scope === 'system' && !init)) return { output: undefined, searchPath };
  const base = scope === 'system' ? '/run/systemd' : runtimeDirectory;
  const output = { normal: `${base}/generator`, early: `${base}/generator.early`, late: `${base}/generator.late` };
  if (scope === 'system') return { output, searchPath };
  const rest = searchPath.filter((directory) => !/\/systemd\/generator(\.early|\.late)?$/.test(directory));
  const administrator = rest.findIndex((directory) => directory.endsWith('/systemd/user'));
  const vendor = rest.lastIndexOf('/run/systemd/user');
  return {
    output,
    searchPath: [
      ...rest.slice(0, administrator),
      output.early,
      ...rest.slice(administrator, vendor + 1),
      output.normal,
      ...rest.slice(vendor + 1),
      output.late,
    ],
  };
}
