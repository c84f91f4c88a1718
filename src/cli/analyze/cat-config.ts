import type { FileTree } from '../invocation.ts';
import type { AnalyzeCall } from './call.ts';

/** Where configuration files are, the strongest first. */
const prefixes = ['/etc', '/run', '/usr/local/lib', '/usr/lib'];

/** All else than systemd's own settings may be in a /lib that is not a part of /usr, too. */
const allPrefixes = [...prefixes, '/lib'];

/** Directories whose files do not end in `.conf`. */
const endings: Readonly<Record<string, string>> = {
  'udev/rules.d': '.rules',
  'udev/hwdb.d': '.hwdb',
  'kernel/install.d': '.install',
  'systemd/ntp-units.d': '.list',
  'systemd/relabel-extra.d': '.relabel',
  'systemd/system-preset': '.preset',
  'systemd/user-preset': '.preset',
};

/** `cat-config NAME|PATH…`: a configuration file and its drop-ins, or the files of a directory of such, as they count. */
export async function analyzeCatConfig(call: AnalyzeCall): Promise<number> {
  const { words, options, services, terminal } = call;
  const tree = await services.fileTree(options.root ?? '');
  for (const [index, word] of words.entries()) {
    if (index > 0) for (const line of ['', '']) terminal.print(line);
    const name = word.startsWith('/') ? withoutPrefix(word) : word;
    if (name === undefined) {
      terminal.fail(`Path ${word} does not start with any known prefix.`);
      return 1;
    }
    if (!printConfig(call, tree, name.replace(/\/+$/, ''))) return 1;
  }
  return 0;
}

function withoutPrefix(path: string): string | undefined {
  const prefix = allPrefixes.find((each) => path.startsWith(`${each}/`));
  return prefix === undefined ? undefined : path.slice(prefix.length).replace(/^\/+/, '');
}

/** False where a file cannot be read, which has been said. */
function printConfig({ terminal, options }: AnalyzeCall, tree: FileTree, given: string): boolean {
  // environment.d goes with a file, other than all else that ends so.
  const name = given === 'environment.d' ? 'environment' : given;
  const ending = Object.hasOwn(endings, name) ? endings[name] : undefined;
  const isCollection = ending !== undefined || name.endsWith('.d');
  const places = isCollection || !(name === 'environment' || name.startsWith('systemd/')) ? allPrefixes : prefixes;
  const main = isCollection ? undefined : mainFile(tree, places, name);
  if (!isCollection && main === undefined) terminal.print(terminal.style.blue(`# Main configuration file ${name} not found`));
  const directory = isCollection ? name : `${name}.d`;
  const paths = [...(main === undefined ? [] : [main]), ...filesIn(tree, places, directory, ending ?? '.conf')];
  for (const [index, path] of paths.entries()) {
    if (index > 0) terminal.print('');
    const shown = `${options.root ?? ''}${path}`;
    const { kind } = tree.follow(path);
    if (kind === 'missing') {
      terminal.warn(`Failed to cat ${shown}: No such file or directory`);
      return false;
    }
    terminal.print(terminal.style.blue(`# ${shown}`));
    if (kind === 'directory') {
      terminal.fail(`Failed to read "${shown}": Is a directory`);
      return false;
    }
    for (const line of linesOf(tree.read(path), options.tldr)) terminal.print(line);
  }
  return true;
}

function mainFile(tree: FileTree, places: readonly string[], name: string): string | undefined {
  return places.map((prefix) => `${prefix}/${name}`).find((path) => tree.follow(path).kind !== 'missing');
}

/** The files of all directories of this name, sorted; of several with one name the strongest. */
function filesIn(tree: FileTree, places: readonly string[], directory: string, ending: string): readonly string[] {
  const found = new Map<string, string>();
  for (const prefix of places) {
    const path = `${prefix}/${directory}`;
    for (const file of tree.list(path))
      if (file.endsWith(ending) && !file.startsWith('.') && !found.has(file)) found.set(file, `${path}/${file}`);
  }
  return [...found].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, path]) => path);
}

/** All lines, or only those that say something, below the header of their section. */
function linesOf(bytes: Uint8Array | undefined, tldr: boolean): readonly string[] {
  const text = new TextDecoder().decode(bytes);
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  if (!tldr) return lines;
  let section: string | undefined;
  return lines.flatMap((line) => {
    if (/^\s*([#;]|$)/.test(line)) return [];
    if (/^\s*\[.*\]\s*$/.test(line)) {
      section = line;
      return [];
    }
    const header = section === undefined ? [] : [section];
    section = undefined;
    return [...header, line];
  });
}
