import type { FileTree } from '../invocation.ts';

/** The hosts that ssh(1) knows by name: those of its configuration, and those whose keys it has seen and not hashed; sorted. */
export function sshHosts(tree: FileTree, home: string | undefined): readonly string[] {
  const own = home === undefined || home === '' ? [] : [`${home}/.ssh`];
  const lines = (paths: readonly string[]): readonly string[] =>
    paths.flatMap((path) => new TextDecoder().decode(tree.read(path) ?? new Uint8Array()).split('\n'));
  const configured = lines([...own.map((path) => `${path}/config`), '/etc/ssh/ssh_config']).flatMap(configuredHosts);
  const known = lines([...own.map((path) => `${path}/known_hosts`), '/etc/ssh/ssh_known_hosts']).flatMap(knownHosts);
  return [...new Set([...configured, ...known])].toSorted();
}

/** Of `Host a b *.c`, the names without a pattern. */
function configuredHosts(line: string): readonly string[] {
  const [, names = ''] = /^\s*host(?:\s*=\s*|\s+)(.*?)\s*$/i.exec(line) ?? [];
  return names.split(/\s+/).filter(isHost);
}

/** Of `a,[b]:22 ssh-ed25519 …`, the names. */
function knownHosts(line: string): readonly string[] {
  if (/^\s*(#|@|$)/.test(line)) return [];
  const [names = ''] = line.trim().split(/\s+/);
  return names
    .split(',')
    .map((name) => name.replace(/^\[(.*)\]:\d+$/, '$1'))
    .filter(isHost);
}

/** No pattern, nothing that stands for another, and no hash of a name. */
function isHost(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.:-]*$/.test(name);
}
