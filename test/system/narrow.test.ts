// tysd as the entrypoint of containers with Docker's defaults and less than these: a root that cannot be written to, no cgroups, another user than root. There is
// no /dev/log and no /var/lib/tysd in any of them before tysd runs.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Daemon, startTysd, wanting } from '../end-to-end/tysd.ts';
import { DockerRoot, dockerDefaults } from './docker-root.ts';
import { systemdImage, whyNoImage } from './image.ts';

const why = whyNoImage();

/** What a container has less than Docker's defaults. */
const narrower = {
  'read-only root': ['ProtectSystem=strict', 'ReadOnlyPaths=+/tmp +/var/tmp +/run'],
  'read-only root but for /run': ['ProtectSystem=strict', 'ReadOnlyPaths=+/tmp +/var/tmp'],
  'no cgroups': ['InaccessiblePaths=+/sys/fs/cgroup'],
  'not root': ['User=65534', 'Group=65534'],
} as const;

type Lack = keyof typeof narrower;

/** Each alone, each with each other, and none. */
const containers: readonly (readonly Lack[])[] = [
  [],
  ['read-only root'],
  ['read-only root but for /run'],
  ['no cgroups'],
  ['not root'],
  ['read-only root', 'no cgroups'],
  ['read-only root', 'not root'],
  ['read-only root but for /run', 'no cgroups'],
  ['read-only root but for /run', 'not root'],
  ['no cgroups', 'not root'],
  ['read-only root', 'no cgroups', 'not root'],
  ['read-only root but for /run', 'no cgroups', 'not root'],
];

function container(root: string, name: string, set: readonly Lack[], format: 'lines' | 'json'): string {
  return `[Service]
Type=oneshot
RootDirectory=${root}
${dockerDefaults}
TemporaryFileSystem=/dev:mode=755 /dev/shm:mode=1777
BindPaths=/dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty
${set.flatMap((lack) => narrower[lack]).join('\n')}
ExecStart=/usr/lib/tysd/tysd --unit-path=/units --unit=talks.service --exit-code-from=checks.service --log-target=console --log-format=${format}
StandardOutput=append:${dirname(root)}/${name}
StandardError=append:${dirname(root)}/${name}
`;
}

const talks = `[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'echo "<4>said aloud"; echo id $$(id -u)'
`;

/** Everything that a service in there may want of tysd; 7 is the end that is expected. */
const checks = `[Unit]
Requires=talks.service
After=talks.service
[Service]
Type=oneshot
ExecStart=/bin/sh /units/checks.sh
`;

const script = `set -e; PATH=/usr/lib/tysd:$PATH
for directory in / /run /tmp /sys/fs/cgroup; do if [ -w $directory ]; then echo "may write to $directory"; fi; done
echo "sees $(ls /sys/fs/cgroup | wc -l) files of cgroups"
systemctl is-active -q talks
[ "$(systemctl show -p Result --value talks)" = success ]
until journalctl -q -u talks -o cat | grep -q 'said aloud'; do sleep 0.05; done
if [ "$(id -u)" = 0 ]; then logger -t tool by syslog; until journalctl -q -t tool -o cat | grep -q 'by syslog'; do sleep 0.05; done; fi
systemctl status talks | grep -q 'said aloud'
exit 7
`;

/** A root directory with the units in it. */
class Root extends DockerRoot {
  constructor() {
    super(systemdImage());
    mkdirSync(join(this.path, 'units'));
    for (const [name, text] of Object.entries({ 'talks.service': talks, 'checks.service': checks, 'checks.sh': script }))
      writeFileSync(join(this.path, 'units', name), text);
  }

  console(name: string): string {
    return readFileSync(join(this.directory, name), 'utf8');
  }
}

const formats = ['lines', 'json'] as const;

/** The directories of those that the script looks at that can be written to. */
function writable(set: readonly Lack[]): readonly string[] {
  const isReadOnly = set.includes('read-only root') || set.includes('read-only root but for /run');
  const isRoot = !set.includes('not root');
  return [
    ...(isRoot && !isReadOnly ? ['/'] : []),
    ...(isRoot && !set.includes('read-only root') ? ['/run'] : []),
    ...(isReadOnly ? [] : ['/tmp']),
  ];
}

function unitName(set: readonly Lack[], format: string): string {
  return `box-${containers.indexOf(set)}-${format}.service`;
}

/** The messages of what was passed on to the console, and who said them. */
function messages(console: string, format: 'lines' | 'json'): readonly string[] {
  // What is said before the journal runs is plain text.
  const lines = console
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('tysd: '));
  if (format === 'lines') return lines.map((line) => line.replace(/\[\d+\]/, ''));
  return lines.map((line) => {
    const { MESSAGE, SYSLOG_IDENTIFIER }: Record<string, unknown> = JSON.parse(line);
    return `${String(SYSLOG_IDENTIFIER)}: ${String(MESSAGE)}`;
  });
}

describe('containers with less than Docker’s defaults', { skip: why ?? false }, () => {
  let daemon: Daemon;
  let root: Root;

  before(
    async () => {
      root = new Root();
      const all = containers.flatMap((set) =>
        formats.map((format) => [unitName(set, format), container(root.path, `${unitName(set, format)}.log`, set, format)]),
      );
      daemon = await startTysd({ units: { 'default.target': wanting(), ...Object.fromEntries(all) }, options: ['--system'] });
    },
    { timeout: 600_000 },
  );

  after(async () => {
    await daemon[Symbol.asyncDispose]();
    root[Symbol.dispose]();
  });

  for (const set of containers) {
    test(set.length === 0 ? 'nothing less' : set.join(', '), { timeout: 300_000 }, async () => {
      for (const format of formats) {
        const unit = unitName(set, format);
        await daemon.tysctl('start', unit);
        const console = root.console(`${unit}.log`);
        assert.match((await daemon.tysctl('show', '-p', 'ExecMainStatus', unit)).out, /^ExecMainStatus=7$/m, console);
        const said = messages(console, format);
        const uid = set.includes('not root') ? 65_534 : 0;
        assert.deepEqual(
          said.flatMap((line) => /^sh: may write to (.*)$/.exec(line)?.[1] ?? []),
          writable(set),
          console,
        );
        assert.equal(said.includes('sh: sees 0 files of cgroups'), set.includes('no cgroups'), console);
        for (const line of ['sh: said aloud', `sh: id ${uid}`, 'systemd: Finished talks.service.']) assert.ok(said.includes(line), console);
      }
    });
  }
});
