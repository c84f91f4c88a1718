import { compareProbes, type Probe } from './compare.ts';

/** Where each kind of directory is below. */
const bases = { Runtime: '/run', State: '/var/lib', Cache: '/var/cache', Logs: '/var/log', Configuration: '/etc' } as const;

/** Values whose directories lie within each other, in an order that is not that of the tree. */
const values: Readonly<Record<string, string>> = {
  'below one that comes later': 'NAME/deep NAME',
  'three deep, upside down': 'NAME/a/b NAME/a NAME',
  'of two trees': 'NAME-b/x NAME-a NAME-b NAME-a/y',
  'with a gap': 'NAME/a/b/c NAME',
  'with names that only begin alike': 'NAME-more NAME',
};

function probeOf(kind: keyof typeof bases, value: string, more: string): Probe {
  const find = `for each in ${bases[kind]} ${bases[kind]}/private; do cd $each && find NAME* -printf "$each %P %y %m %U %l\\n"; done 2>/dev/null | sed -E 's/ 6[0-9]{4} / DYNAMIC /' | sort`;
  return {
    unit: `${more}${kind}Directory=${value}\n${kind}DirectoryMode=0750\nRemainAfterExit=yes`,
    look: ['ids', `environment ${kind.toUpperCase()}_DIRECTORY`, `mounts ${bases[kind]}/`],
    after: `systemctl show -p ${kind}Directory NAME; systemctl show -p ${kind}DirectorySymlink NAME; ${find}`,
  };
}

function probesOf(users: Readonly<Record<string, string>>, of: Readonly<Record<string, string>>): Readonly<Record<string, Probe>> {
  return Object.fromEntries(
    (['Runtime', 'State', 'Cache', 'Logs', 'Configuration'] as const).flatMap((kind) =>
      Object.entries(users).flatMap(([user, more]) =>
        Object.entries(of).map(([what, value]) => [`${kind}Directory= of ${user} ${what}`, probeOf(kind, value, more)] as const),
      ),
    ),
  );
}

const users = { root: '', 'a dynamic user': 'DynamicUser=yes\n' };

compareProbes('directories within each other', {
  ...probesOf(users, values),
  ...probesOf({ 'a user': 'User=probe\n' }, { 'below one that comes first': 'NAME NAME/deep' }),
});

compareProbes(
  'directories within each other, and links',
  probesOf(users, {
    'a link within the other': 'NAME-b:NAME/link NAME',
    'a link to each': 'NAME/deep:NAME-deep NAME:NAME-top',
    'several links': 'NAME:NAME-x NAME:NAME-y NAME/deep NAME',
  }),
);
