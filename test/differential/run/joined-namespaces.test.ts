import { type Case, compareManagers } from './both.ts';

/** Services that wait, by name: the one that each joins, and its settings. */
function joining(services: Readonly<Record<string, readonly [joins: string, lines: string]>>): Case['units'] & {} {
  return Object.fromEntries(
    Object.entries(services).map(([name, [joins, lines]]) => [
      `${name}.service`,
      `[Unit]\nDefaultDependencies=no\n${joins === '' ? '' : `JoinsNamespaceOf=${joins}.service\n`}[Service]\nExecStart=/act wait\n${lines}\n`,
    ]),
  );
}

const all = 'PrivateNetwork=yes\nPrivateIPC=yes\nPrivateTmp=yes';

/** Tells whether two services, or one and the manager, have the same network, IPC objects and temporary files. */
const look = `
  of() { local pid=1; [ $1 = manager ] || pid=$(systemctl show -p MainPID --value $1); echo $(readlink /proc/$pid/ns/$2) $([ $2 = tmp ] && stat -c %d:%i /proc/$pid/root/tmp); }
  same() { local kind; for kind in net ipc tmp; do [ "$(of $1 $kind)" = "$(of $2 $kind)" ] && echo "$1 $2 $kind same" || echo "$1 $2 $kind apart"; done; }`;

const silent = 'systemd 252 leaves the joining unit without what the other has not; tysd gives it one of its own';

compareManagers('units that join the namespaces of others (JoinsNamespaceOf=)', {
  'one of the two is stopped and started': {
    units: joining({ 'again-a': ['', all], 'again-b': ['again-a', all] }),
    script: `${look}
      systemctl start again-a; systemctl start again-b; same again-a again-b
      systemctl restart again-a; same again-a again-b
      systemctl stop again-a; systemctl start again-a; same again-a again-b
      systemctl stop again-b; systemctl start again-b; same again-a again-b
      systemctl stop again-a again-b
      ls -d /tmp/systemd-private-*-again-* 2>/dev/null | wc -l`,
  },
  'the one that joins comes first': {
    units: joining({ 'first-a': ['', all], 'first-b': ['first-a', all] }),
    script: `${look}
      systemctl start first-b; systemctl start first-a; same first-a first-b
      systemctl restart first-b; same first-a first-b`,
  },
  'three, of which the one that they join goes and comes back': {
    units: joining({ 'three-a': ['', all], 'three-b': ['three-a', all], 'three-c': ['three-a', all] }),
    script: `${look}
      systemctl start three-a; systemctl start three-b; systemctl stop three-a; systemctl start three-c; same three-b three-c
      systemctl start three-a; same three-a three-b
      systemctl restart three-c; same three-a three-c`,
  },
  'a chain': {
    units: joining({ 'chain-a': ['', all], 'chain-b': ['chain-a', all], 'chain-c': ['chain-b', all] }),
    script: `${look}
      for each in a b c; do systemctl start chain-$each; done; same chain-a chain-b; same chain-b chain-c; same chain-a chain-c`,
  },
  'units that have not all of it': {
    units: joining({
      'part-a': ['', 'PrivateNetwork=yes'],
      'part-b': ['part-a', 'PrivateNetwork=yes\nPrivateTmp=yes'],
      'part-c': ['part-a', 'PrivateIPC=yes'],
      'part-d': ['part-a', ''],
    }),
    script: `${look}
      for each in a b c d; do systemctl start part-$each; done
      for each in a b c d; do same manager part-$each; done
      systemctl stop part-b; ls -d /tmp/systemd-private-*-part-* 2>/dev/null | wc -l`,
    differs: [
      { systemd: 'manager part-b tmp same', tysd: 'manager part-b tmp apart', why: silent },
      { systemd: 'manager part-c ipc same', tysd: 'manager part-c ipc apart', why: silent },
    ],
  },
});
