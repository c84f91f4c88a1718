// A container with Docker's defaults (capabilities, filter of system calls, masked paths, read-only cgroups), made by a tysd outside: one
// inside runs the services of examples/container, and the units of their packages as they are.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Daemon, startTysd, wanting } from '../end-to-end/tysd.ts';
import { DockerRoot, dockerDefaults, shell } from './docker-root.ts';
import { debianImage, whyNoImage } from './image.ts';

const project = join(import.meta.dirname, '../..');
// The same image as debian.test.ts, so that it is made once.
const packages = ['nginx', 'redis-server', 'cron', 'openssh-server', 'dbus'];
const why = whyNoImage();

const example = readFileSync(join(project, 'examples/container/Containerfile'), 'utf8').replaceAll('\\\n', ' ');

/** What the example's Containerfile says by an instruction, each time that it has it. */
function said(instruction: string): readonly string[] {
  return [...example.matchAll(new RegExp(`^${instruction} (.*)$`, 'gm'))].map(([, text = '']) => text);
}

/** The words of an instruction in its exec form, behind what else it says. */
function words(instruction: string): string {
  const list: unknown = JSON.parse(/\[.*\]/.exec(said(instruction)[0] ?? '')?.[0] ?? '[]');
  assert(Array.isArray(list) && list.length > 0, instruction);
  return list.join(' ');
}

function container(root: string, command: string): string {
  return `[Service]
Type=exec
RootDirectory=${root}
${dockerDefaults}
Environment=${said('ENV').join(' ')}
ExecStart=${command}
KillSignal=${said('STOPSIGNAL')[0] ?? ''}
StandardOutput=append:${root}/console
StandardError=append:${root}/console
`;
}

/** A root directory in which the example was built as its Containerfile says; the packages are in the image, and tysd is there. */
class Root extends DockerRoot {
  constructor() {
    super(debianImage(packages, { systemd: false }));
    const [install = '', ...rest] = said('RUN');
    const wanted = /install -y --no-install-recommends ([\w -]+?) +&&/.exec(install)?.[1]?.split(' ') ?? [];
    assert(wanted.length > 0 && wanted.every((name) => packages.includes(name)), install);
    for (const copied of said('COPY').filter((each) => !each.startsWith('dist/'))) {
      const [from = '', to = ''] = copied.split(' ');
      shell(`mkdir -p ${this.path}${to} && cp -r ${project}/${from}. ${this.path}${to}`);
    }
    for (const script of rest)
      shell(
        `unshare --mount --pid --fork --mount-proc=${this.path}/proc chroot ${this.path} env ${said('ENV').join(' ')} sh -c '${script}'`,
      );
  }
}

/** Runs a shell script inside, where tysd's tools come first. */
async function inside(daemon: Daemon, script: string): Promise<string> {
  const pid = (await daemon.tysctl('show', '-p', 'MainPID', '--value', 'box')).out.trim();
  return shell(`nsenter -t ${pid} -m -p -n -i -u -r sh -c '
    PATH=/usr/lib/tysd:$PATH
    until_ok() { for _ in $(seq 600); do "$@" && return 0; sleep 0.1; done; return 1; }
    ask() { bash -c "exec 3<>/dev/tcp/127.0.0.1/$1; printf \\"GET $2 HTTP/1.0\\r\\n\\r\\n\\" >&3; head -n 1 <&3 | grep 200"; }
    ${script}'`);
}

test(
  'packages’ services run in a container with Docker’s defaults, say what of their sandboxes is missing, and stop in order',
  { skip: why ?? false },
  async () => {
    using root = new Root();
    await using daemon = await startTysd({
      units: { 'default.target': wanting(), 'box.service': container(root.path, words('ENTRYPOINT')) },
      options: ['--system'],
    });
    assert.equal((await daemon.tysctl('start', 'box')).status, 0);
    const told = await inside(
      daemon,
      `up() { [ "$(systemctl is-system-running)" = running ]; }
     until_ok up; systemctl is-active nginx redis-server counter cron dbus ssh
     counted() { [ "$(redis-cli get visits)" != "" ]; }
     until_ok counted && echo counted
     systemctl status redis-server | grep -o "Not applied:.*PrivateUsers="
     grep CapEff /proc/1/status
     systemctl get-default
     ask 9090 /readyz; ask 9090 /healthz; ask 9090 /metrics; ask 80 /
     ${words('HEALTHCHECK')}; echo health $?`,
    );
    assert.deepEqual(told.trim().split('\n').slice(0, 7), ['active', 'active', 'active', 'active', 'active', 'active', 'counted']);
    assert.match(told, /^multi-user.target\n(?:HTTP\/1\.[01] 200 OK\r?\n){4}health 0$/m);
    assert.match(told, /^Not applied:.* PrivateUsers=$/m);
    assert.match(told, /^CapEff:\s*00000000a80425fb$/m);
    assert.equal((await daemon.tysctl('stop', 'box')).status, 0);
    assert.match((await daemon.tysctl('show', '-p', 'Result', '-p', 'ExecMainStatus', 'box')).out, /^Result=success\nExecMainStatus=0$/m);
  },
);

test('a command in such a container has its exit status', { skip: why ?? false }, async () => {
  using root = new Root();
  await using daemon = await startTysd({
    units: {
      'default.target': wanting(),
      'box.service': container(root.path, '/usr/lib/tysd/tysd -- /bin/sh -c "exit 5"').replace('Type=exec', 'Type=oneshot'),
    },
    options: ['--system'],
  });
  await daemon.tysctl('start', 'box');
  assert.match((await daemon.tysctl('show', '-p', 'ExecMainStatus', 'box')).out, /^ExecMainStatus=5$/m);
});

test(
  'the pod of examples/kubernetes/restricted.yaml is ready: not root, without rights, on a root that cannot be written to',
  { skip: why ?? false },
  async () => {
    const manifest = readFileSync(join(project, 'examples/kubernetes/restricted.yaml'), 'utf8').replaceAll("'", '"');
    const options: unknown = JSON.parse(/^ *args: (\[.*\])$/m.exec(manifest)?.[1] ?? '');
    assert(Array.isArray(options));
    using root = new Root();
    shell(`cp -r ${project}/examples/kubernetes/units ${root.path}/units`);
    const confined =
      'User=65534\nGroup=65534\nNoNewPrivileges=yes\nProtectSystem=strict\nReadOnlyPaths=/tmp /var/tmp /run\nTemporaryFileSystem=/tmp:mode=1777\n';
    const box = container(root.path, `/usr/lib/tysd/tysd ${options.join(' ')}`).replace(
      /^CapabilityBoundingSet=.*$/m,
      'CapabilityBoundingSet=',
    );
    await using daemon = await startTysd({
      units: { 'default.target': wanting(), 'box.service': box.replace('[Service]\n', `[Service]\n${confined}`) },
      options: ['--system'],
    });
    await daemon.tysctl('start', 'box');
    const ready = `until_ok ask 9090 /readyz | tail -n 1; grep -E "^(CapBnd|NoNewPrivs|Uid):" /proc/1/status; grep -c greets /console`;
    const told = await inside(daemon, ready);
    assert.match(told, /^HTTP\/1\.[01] 200 OK\r?\nUid:\s+65534\s.*\nCapBnd:\s*0+\nNoNewPrivs:\s*1\n1\n$/);
    await daemon.tysctl('stop', 'box');
    assert.match((await daemon.tysctl('show', '-p', 'Result', 'box')).out, /^Result=success$/m);
  },
);
