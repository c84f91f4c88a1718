import type { InstallApi } from '../api/install.ts';
import type { UnitFilesApi } from '../api/unit-files.ts';
import type { FileTree, LocalPlace } from '../cli/invocation.ts';
import { InstallService } from '../manager/install.ts';
import { globalPlaces, installContext } from '../manager/install-context.ts';
import { UnitFileReader } from '../manager/unit-files.ts';
import type { Files } from '../port/files.ts';
import type { Finding, LintOptions } from '../api/lint.ts';
import { lintFiles } from '../manager/unit-lint.ts';
import { realFiles } from '../port/files-real.ts';
import { rootedFiles } from '../port/files-rooted.ts';
import { globalSearchPath, unitSearchPath } from '../unit/search-path.ts';
import type { SpecifierFacts } from '../unit/specifiers.ts';
import { gatherFacts } from './facts.ts';

/** Unit files and their links without a manager, for images and other root directories. */
export function localInstall(place: LocalPlace): InstallApi {
  const { files, facts, scope, searchPath } = partsOf(place);
  const here = installContext(scope, searchPath, files, facts, process.env);
  // Who will run what is below another root directory is not known.
  const context = place.root === '' ? here : { ...here, builtIn: () => undefined };
  return new InstallService(place.scope === 'global' ? { ...context, ...globalPlaces } : context, files, globalPlaces);
}

/** The text of unit files, and what is to be said about them, without a manager. */
export function localUnitFiles(place: LocalPlace): UnitFilesApi {
  const { files, facts, searchPath } = partsOf(place);
  return new UnitFileReader(files, searchPath, facts);
}

/** The files below a root directory. */
export function fileTree(root: string): FileTree {
  const files = filesBelow(root);
  return {
    read: (path) => files.read(path),
    list: (path) => files.list(path),
    follow: (path) => {
      // What is masked has nothing in it, also where the tree has no /dev.
      const kind = files.readLink(path) === '/dev/null' ? 'character' : files.statFollow(path).kind;
      const known = kind === 'file' || kind === 'directory' || kind === 'missing' ? kind : 'other';
      return { kind: known, isExecutable: known === 'file' && files.access(path, 1) };
    },
  };
}

/** What is to be said about unit files, by their paths. */
export function localLint(paths: readonly string[], options: LintOptions): readonly Finding[] {
  return lintFiles(paths, options, realFiles, gatherFacts('system', process.env));
}

/** What a place without a manager is made of. */
export function partsOf({ scope, root, generated }: LocalPlace): {
  readonly files: Files;
  readonly facts: SpecifierFacts;
  readonly scope: 'system' | 'user';
  readonly searchPath: readonly string[];
} {
  const managed = scope === 'system' ? 'system' : 'user';
  return {
    files: filesBelow(root),
    facts: gatherFacts(managed, process.env),
    scope: managed,
    searchPath: withGenerated(scope === 'global' ? globalSearchPath(process.env) : unitSearchPath(managed, process.env), generated),
  };
}

function withGenerated(searchPath: readonly string[], generated: LocalPlace['generated']): readonly string[] {
  if (generated === undefined) return searchPath;
  const places: Readonly<Record<string, string>> = { '': generated.normal, '.early': generated.early, '.late': generated.late };
  return searchPath.map((directory) => {
    const [, kind] = /\/systemd\/generator(\.early|\.late|)$/.exec(directory) ?? [];
    return (kind === undefined ? undefined : places[kind]) ?? directory;
  });
}

function filesBelow(root: string): Files {
  return root === '' ? realFiles : rootedFiles(realFiles, root);
}
