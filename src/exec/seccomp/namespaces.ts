import type { ExecSettings } from '../../unit/settings/exec.ts';

/** The flag of clone(2) for each kind of namespace that RestrictNamespaces= knows. */
const namespaceFlags: Readonly<Record<string, number>> = {
  cgroup: 0x02000000,
  ipc: 0x08000000,
  net: 0x40000000,
  mnt: 0x00020000,
  pid: 0x20000000,
  user: 0x10000000,
  uts: 0x04000000,
  time: 0x00000080,
};

/** Every kind, as far as filters are concerned. */
const everyNamespace = flagsOf(Object.keys(namespaceFlags));

/** What systemd calls all of them: whoever may make these may make any, and the one of time goes when one of them goes. */
const allNamespaces = everyNamespace & ~flagsOf(['time']);

/** The kinds that RestrictNamespaces= takes away, and whether it leaves none; undefined where it takes away nothing. */
export function refusedNamespaces(
  lists: ExecSettings['RestrictNamespaces'],
): { readonly flags: number; readonly leavesNone: boolean } | undefined {
  const retained = retainedNamespaces(lists);
  if ((retained & allNamespaces) === allNamespaces) return undefined;
  return { flags: everyNamespace & ~retained, leavesNone: (retained & allNamespaces) === 0 };
}

/** The kinds that are left: a boolean counts from then on, lists add or, with `~`, take away. */
function retainedNamespaces(lists: ExecSettings['RestrictNamespaces']): number {
  let retained: number | undefined;
  for (const list of lists) {
    if (typeof list === 'boolean') retained = list ? 0 : allNamespaces;
    else if (list.invert) retained = (retained ?? allNamespaces) & ~flagsOf(list.names);
    else retained = (retained ?? 0) | flagsOf(list.names);
  }
  return retained ?? allNamespaces;
}

/** The kinds that DelegateNamespaces= gives to the user namespace of the service: as above, but by itself it is none, and a boolean says yes. */
export function delegatedNamespaces(lists: ExecSettings['DelegateNamespaces']): number {
  if (lists.length === 0) return 0;
  return retainedNamespaces(lists.map((list) => (typeof list === 'boolean' ? !list : list)));
}

function flagsOf(names: readonly string[]): number {
  return names.reduce((flags, name) => flags | (namespaceFlags[name] ?? 0), 0);
}
