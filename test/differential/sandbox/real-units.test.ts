import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { cgroupRows } from '../../../src/unit/settings/cgroup.ts';
import { processRows } from '../../../src/unit/settings/exec.ts';
import { killRows } from '../../../src/unit/settings/kill.ts';
import { limitRows } from '../../../src/unit/settings/limit.ts';
import { sandboxRows } from '../../../src/unit/settings/sandbox.ts';
import { stdioRows } from '../../../src/unit/settings/stdio.ts';
import { type Assignment, parseUnitText } from '../../../src/unit/syntax.ts';
import { debianUnits } from '../../system/debian-units.ts';
import { systemdImage } from '../../system/image.ts';
import { boot } from '../../system/container.ts';
import { prelude, whyNotAsked } from '../run/both.ts';
import { builtProbe, comparable, type Probe, probePath, serviceFile, unitName } from './compare.ts';
import { buildTysd } from '../../system/dist.ts';

/** All that says what a process is and may do: systemd.exec(5), systemd.kill(5) and systemd.resource-control(5). */
const wanted: ReadonlySet<string> = new Set(
  [processRows, sandboxRows, stdioRows, limitRows, killRows, cgroupRows].flatMap((rows) => Object.keys(rows)),
);

/** The probe tells by these what it finds; failures.test.ts compares them, and there are no sockets here. */
const replaced: ReadonlySet<string> = new Set(['StandardOutput', 'StandardError']);

type Settings = readonly Pick<Assignment, 'key' | 'value'>[];

/** What the services of the packages set, each combination once, by the name of the first that has it. */
function combinations(): ReadonlyMap<string, Settings> {
  const image = systemdImage();
  const directories = [...['lib', 'usr/lib'].map((lib) => join(image, lib, 'systemd/system')), ...debianUnits()];
  const found = new Map<string, readonly [name: string, settings: Settings]>();
  for (const directory of directories.filter((path) => existsSync(path))) {
    for (const file of readdirSync(directory, { withFileTypes: true })) {
      if (!file.isFile() || !file.name.endsWith('.service')) continue;
      const settings = settingsOf(readFileSync(join(directory, file.name)));
      const key = settings.map(({ key: name, value }) => `${name}=${value}`).join('\n');
      if (key !== '' && !found.has(key)) found.set(key, [file.name.replace('@.service', ', an instance'), settings]);
    }
  }
  return new Map(found.values());
}

function settingsOf(bytes: Uint8Array): Settings {
  return parseUnitText(bytes)
    .assignments.filter(({ section, key, value }) => section === 'Service' && wanted.has(key) && !replaced.has(key) && value !== 'socket')
    .map(({ key, value }) => ({ key, value: value.replaceAll(/%[iIjJ]/g, 'probe') }));
}

const look: Probe['look'] = [
  'ids',
  'caps',
  'limits',
  'scheduling',
  'signals',
  'cgroup',
  'environment',
  'streams',
  'keyring',
  'namespaces',
  'mounts',
  'credentials',
  'seccomp',
  'paths / /usr /etc /home /root /tmp /var/tmp /var/lib /var/log /run /proc/sys /proc/1 /proc/kmsg /sys /boot /dev/',
  'calls',
];

function probeOf(settings: Settings): Probe {
  const lines = settings.map(({ key, value }) => `${key}=${value}`);
  // One of the calls hangs up the terminal that the probe has.
  const hasTerminal = settings.some(({ key, value }) => key === 'StandardInput' && value.startsWith('tty'));
  // Where only some programs may be executed, the probe takes the place of one of them.
  const executable = settings.some(({ key }) => key === 'NoExecPaths') ? ['ExecPaths=/probe'] : [];
  return { unit: [...lines, ...executable].join('\n'), look: look.filter((section) => section !== 'calls' || !hasTerminal) };
}

/** The name of an account, rather than its number. */
const named = (word: string): boolean => /^[a-z_][a-z0-9_-]*$/.test(word);
/** A path that can be made before the manager starts. */
const there = (word: string): boolean => word.startsWith('/') && !/[%*]|^\/(proc|sys|dev)\//.test(word);

/** Makes the accounts that the units name, and the files and directories without which they would not start. */
function setup(all: Iterable<Settings>): string {
  const settings = [...all].flat();
  const words = (...keys: readonly string[]): readonly string[] => [
    ...new Set(
      settings.flatMap(({ key, value }) => (keys.includes(key) ? value.split(/\s+/).map((word) => word.replaceAll('"', '')) : [])),
    ),
  ];
  return [
    'id=900',
    `for name in ${words('User', 'Group', 'SupplementaryGroups').filter(named).join(' ')}; do`,
    '  id=$((id + 1))',
    '  grep -q "^$name:" etc/group || echo "$name:x:$id:" >>etc/group',
    '  grep -q "^$name:" etc/passwd || echo "$name:x:$id:$(sed -n "s/^$name:x:\\([0-9]*\\):.*/\\1/p" etc/group):$name:/nonexistent:/bin/false" >>etc/passwd',
    'done',
    ...words('EnvironmentFile')
      .filter(there)
      .map((path) => `mkdir -p "$(dirname .${path})"; [ -e .${path} ] || echo FROM_FILE=yes >.${path}`),
    ...words(
      'ReadWritePaths',
      'ReadWriteDirectories',
      'ReadOnlyPaths',
      'InaccessiblePaths',
      'WorkingDirectory',
      'BindPaths',
      'BindReadOnlyPaths',
    )
      .filter(there)
      .map((path) => `[ -e .${path} ] || mkdir -p .${path}`),
    ...words('ExecPaths')
      .filter(there)
      .map((path) => `[ -e .${path} ] || { mkdir -p "$(dirname .${path})"; : >.${path}; }`),
  ].join('\n');
}

const found = whyNotAsked === undefined ? combinations() : new Map<string, Settings>();
const probes = new Map([...found].map(([name, settings]) => [name, { unit: unitName(name), probe: probeOf(settings) }]));

/** Starts one after the other, since some of what the probe tries only one may do at a time, and tells of each what it became and what it told. Only little is asked by unit, so that a boot is short. */
const script = `${prelude}
units='${[...probes.values()].map(({ unit }) => `${unit}.service`).join(' ')}'
readlink /proc/1/ns/* | sed 's/^/manager /'
echo $units | xargs -n 1 systemctl start >/dev/null 2>&1
for unit in $(table ExecMainStatus $units | sed -n 's/^\\(.*\\): ExecMainStatus=2[0-4][0-9]$/\\1/p'); do
  until_ok sh -c "journalctl -o cat | grep -q '$unit: Failed at step'"
done
journalctl -o cat | grep -o '[^ ]*: Failed at step .*' | sed 's/^/failed /' | sort -u
for unit in $units; do
  echo "=== $unit"
  systemctl show -p Result,ExecMainCode,ExecMainStatus $unit
  cat /run/t/\${unit%.service}.told 2>/dev/null
done`;

/** What a manager said of each unit; with the failures that the journal has of it. */
function askedOf(manager: 'systemd' | 'tysd'): ReadonlyMap<string, readonly string[]> {
  using program = builtProbe();
  const units = [...probes.values()].map(
    ({ unit, probe }) => [`${unit}.service`, `[Unit]\nDefaultDependencies=no\n${serviceFile(unit, probe)}`] as const,
  );
  const booted = boot({
    manager,
    rootfs: systemdImage(),
    profile: 'journal',
    target: 'nothing.target',
    units: { 'nothing.target': '[Unit]\nDefaultDependencies=no\n', ...Object.fromEntries(units) },
    copies: { [program.path]: probePath },
    setup: setup(found.values()),
    script,
    timeoutSec: 900,
  });
  const [first = '', ...parts] = booted.output.split(/^=== /m);
  const general = first.trimEnd().split('\n');
  const managers = general.filter((line) => line.startsWith('manager '));
  const failures = general.filter((line) => line.startsWith('failed '));
  assert.equal(parts.length, units.length, `${booted.errors}\n${booted.console}`);
  return new Map(
    parts.map((part) => {
      const [unit = '', ...lines] = part.trimEnd().split('\n');
      return [unit, comparable([...managers, ...failures.filter((line) => line.startsWith(`failed ${unit}:`)), ...lines])];
    }),
  );
}

describe('what a process is with all that a unit of Debian says of it', { skip: whyNotAsked }, () => {
  let said: { readonly systemd: ReadonlyMap<string, readonly string[]>; readonly tysd: ReadonlyMap<string, readonly string[]> };
  before(
    () => {
      buildTysd();
      said = { systemd: askedOf('systemd'), tysd: askedOf('tysd') };
    },
    { timeout: 1_800_000 },
  );

  for (const [name, { unit }] of probes) {
    test(name, () => assert.deepEqual(said.tysd.get(`${unit}.service`), said.systemd.get(`${unit}.service`)));
  }
});

test('there are at least 60 combinations of several settings', { skip: whyNotAsked }, () => {
  const several = [...found.values()].filter((settings) => new Set(settings.map(({ key }) => key)).size > 1);
  assert.ok(several.length >= 60, `${several.length} of ${found.size}`);
});
