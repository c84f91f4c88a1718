import type { Finding, Point } from './assess.ts';
import { precisely } from './precisely.ts';
import type { Subject } from './subject.ts';

/** Values of a setting, each with how bad it is and what is said of it; any other is the worst. */
function choice(
  name: string,
  weight: number,
  range: number,
  values: Readonly<Record<string, readonly [number, string | undefined]>>,
): Point {
  return {
    name: `${name}=`,
    field: name,
    weight,
    range,
    assess: ({ properties }) => {
      const [badness, description] = values[properties[name] ?? ''] ?? [range, undefined];
      return { badness, description, isPrecise: description === undefined };
    },
  };
}

function preciseChoice(...settings: Parameters<typeof choice>): Point {
  const point = choice(...settings);
  return { ...point, assess: precisely((subject) => point.assess(subject)) };
}

const hidden = 'Service has restricted access to process tree (/proc hidepid=)';
const shared = [1, 'Service shares key material with other service'] as const;

/** Settings with more than two answers, and those about who the service is. */
export const choiceRows: readonly Point[] = [
  { name: 'User=/DynamicUser=', field: 'UserOrDynamicUser', weight: 2000, range: 10, assess: user },
  { name: 'SupplementaryGroups=', field: 'SupplementaryGroups', weight: 200, range: 1, assess: groups },
  { name: 'RemoveIPC=', field: 'RemoveIPC', weight: 100, range: 1, assess: removeIpc },
  { name: 'RootDirectory=/RootImage=', field: 'RootDirectoryOrRootImage', weight: 200, range: 1, assess: root },
  { name: 'UMask=', field: 'UMask', weight: 100, range: 10, assess: precisely(umask) },
  { name: 'AmbientCapabilities=', field: 'AmbientCapabilities', weight: 500, range: 1, assess: ambient },
  preciseChoice('ProtectHome', 1000, 10, {
    no: [10, 'Service has full access to home directories'],
    'read-only': [5, 'Service has read-only access to home directories'],
    tmpfs: [1, 'Service has access to fake empty home directories'],
    yes: [0, 'Service has no access to home directories'],
  }),
  preciseChoice('ProtectSystem', 1000, 10, {
    no: [10, 'Service has full access to the OS file hierarchy'],
    yes: [5, 'Service has limited write access to the OS file hierarchy'],
    full: [3, 'Service has very limited write access to the OS file hierarchy'],
    strict: [0, 'Service has strict read-only access to the OS file hierarchy'],
  }),
  choice('KeyringMode', 1000, 1, {
    private: [0, "Service doesn't share key material with other services"],
    shared,
    inherit: shared,
  }),
  // systemd 252 has no sentence for noaccess.
  choice('ProtectProc', 1000, 3, {
    default: [3, 'Service has full access to process tree (/proc hidepid=)'],
    noaccess: [1, undefined],
    invisible: [0, hidden],
    ptraceable: [0, hidden],
  }),
  choice('ProcSubset', 10, 1, {
    all: [1, 'Service has full access to non-process /proc files (/proc subset=)'],
    pid: [0, 'Service has no access to non-process /proc files (/proc subset=)'],
  }),
  {
    name: 'NotifyAccess=',
    field: 'NotifyAccess',
    weight: 1000,
    range: 1,
    assess: ({ properties }) =>
      properties['NotifyAccess'] === 'all'
        ? { badness: 1, description: 'Service child processes may alter service state' }
        : { badness: 0, description: 'Service child processes cannot alter service state' },
  },
  choice('Delegate', 100, 1, {
    yes: [1, 'Service maintains its own delegated control group subtree'],
    no: [0, 'Service does not maintain its own delegated control group subtree'],
  }),
];

function user({ properties, runsAsRoot }: Subject): Finding {
  const name = properties['User'] ?? '';
  if (name === 'nobody')
    return { badness: 9, description: `Service runs under as '${name}' user, which should not be used for services`, isPrecise: true };
  if (runsAsRoot) return { badness: 10, description: 'Service runs as root user' };
  if (properties['DynamicUser'] === 'yes')
    return { badness: 0, description: 'Service runs under a transient non-root user identity', isPrecise: true };
  return { badness: 0, description: 'Service runs under a static non-root user identity', isPrecise: true };
}

function groups({ properties, runsAsRoot }: Subject): Finding {
  if (runsAsRoot) return { badness: undefined, description: 'Service runs as root, option does not matter' };
  return (properties['SupplementaryGroups'] ?? '') === ''
    ? { badness: 0, description: 'Service has no supplementary groups' }
    : { badness: 1, description: 'Service runs with supplementary groups' };
}

function removeIpc({ properties, runsAsRoot }: Subject): Finding {
  if (runsAsRoot) return { badness: undefined, description: 'Service runs as root, option does not apply' };
  return properties['RemoveIPC'] === 'yes'
    ? { badness: 0, description: 'Service user cannot leave SysV IPC objects around' }
    : { badness: 1, description: 'Service user may leave SysV IPC objects around' };
}

function root({ properties }: Subject): Finding {
  const isOwn = [properties['RootDirectory'] ?? '', properties['RootImage'] ?? ''].some((path) => path !== '' && path !== '/');
  return isOwn
    ? { badness: 0, description: 'Service has its own root directory/image' }
    : { badness: 1, description: "Service runs within the host's root directory" };
}

/** What others may do with files that are made; the first that holds counts. */
const openness = [
  [0o002, 10, 'Files created by service are world-writable by default'],
  [0o004, 5, 'Files created by service are world-readable by default'],
  [0o020, 2, 'Files created by service are group-writable by default'],
  [0o040, 1, 'Files created by service are group-readable by default'],
] as const;

function umask({ properties }: Subject): Finding {
  const mask = Number.parseInt(properties['UMask'] ?? '0022', 8);
  const found = openness.find(([bit]) => (mask & bit) === 0);
  if (found === undefined)
    return { badness: 0, description: "Files created by service are accessible only by service's own user by default" };
  return { badness: found[1], description: found[2] };
}

function ambient({ properties }: Subject): Finding {
  return (properties['AmbientCapabilities'] ?? '') === ''
    ? { badness: 0, description: 'Service process does not receive ambient capabilities' }
    : { badness: 1, description: 'Service process receives ambient capabilities' };
}
