// A container with Docker's defaults (capabilities, filter of system calls, masked paths, read-only cgroups), made by a tysd outside: one
// inside runs the services of examples/container, and the units of their packages as they are.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Daemon, startTysd, wanting } from '../end-to-end/tysd.ts';
import { DockerRoot, dockerDefaults, shell } from './docker-root.ts';
import { debianImage, whyNoImage } from './image.ts';

const project = join(import.meta.dirname, '../..');
// The same image as debian.test.ts, so that it is made once.
const packages = ['nginx', 'redis-server', 'cron', 'openssh-server', 'dbus'];
const why = whyNoImage();

function container(root: string, command: string): string {
  return `[Service]
Type=exec
RootDirectory=${root}
${dockerDefaults}
ExecStart=/usr/lib/tysd/tysd ${command}
StandardOutput=append:${root}/console
StandardError=append:${root}/console
`;
}

/** A root directory with the example in it. */
class Root extends DockerRoot {
  constructor() {
    super(debianImage(packages, { systemd: false }));
    shell(
      `cp -r ${project}/examples/container/units/. ${this.path}/etc/systemd/system/ && ${project}/bin/tysctl --root=${this.path} --quiet enable counter`,
    );
  }
}

/** Runs a shell script inside, where tysd's tools come first. */
async function inside(daemon: Daemon, script: string): Promise<string> {
  const pid = (await daemon.tysctl('show', '-p', 'MainPID', '--value', 'box')).out.trim();
  return shell(`nsenter -t ${pid} -m -p -n -i -u -r sh -c '
    PATH=/usr/lib/tysd:$PATH
    until_ok() { for _ in $(seq 600); do "$@" && return 0; sleep 0.1; done; return 1; }
    ${script}'`);
}

test(
  'packages’ services run in a container with Docker’s defaults, say what of their sandboxes is missing, and stop in order',
  { skip: why ?? false },
  async () => {
    using root = new Root();
    await using daemon = await startTysd({
      units: { 'default.target': wanting(), 'box.service': container(root.path, '--http=/run/http.sock') },
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
     grep CapEff /proc/1/status`,
    );
    assert.deepEqual(told.trim().split('\n').slice(0, 7), ['active', 'active', 'active', 'active', 'active', 'active', 'counted']);
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
      'box.service': container(root.path, '-- /bin/sh -c "exit 5"').replace('Type=exec', 'Type=oneshot'),
    },
    options: ['--system'],
  });
  await daemon.tysctl('start', 'box');
  assert.match((await daemon.tysctl('show', '-p', 'ExecMainStatus', 'box')).out, /^ExecMainStatus=5$/m);
});
