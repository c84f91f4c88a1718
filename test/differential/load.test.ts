import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { UnitConfig } from '../../src/unit/config.ts';
import { loadUnit } from '../../src/unit/load.ts';
import { UnitDirectory } from '../../src/unit/unit-directory.ts';
import { facts } from '../unit/facts.ts';
import { disk } from './disk.ts';
import { fixtures } from './fixtures.ts';
import { shown } from './shown.ts';

/** What `load-units` says of a unit: property to its lines. */
type Dump = Readonly<Record<string, readonly string[]>>;

const missing = ['/lib/systemd/systemd', '/usr/bin/setpriv', '/usr/bin/python3'].find((path) => !existsSync(path));
const skip = missing !== undefined ? `needs ${missing}` : process.getuid?.() === 0 ? false : 'needs root, to run systemd as nobody';

for (const [name, files] of Object.entries(fixtures)) {
  test(`systemd and tysd load the same units: ${name}`, { skip }, () => {
    const root = mkdtempSync(join(tmpdir(), 'tysd-load-'));
    try {
      chmodSync(root, 0o755);
      lay(root, files);
      const searchPath = ['high', 'low'].map((directory) => join(root, directory));
      for (const directory of searchPath) mkdirSync(directory, { recursive: true });
      const units = systemdLoads(searchPath);
      const directory = new UnitDirectory(disk, searchPath);
      const compared = Object.entries(units).filter(([unit]) => concerns(directory, unit));
      assert.equal(compared.length > 1, true);
      for (const [unit, dump] of compared) {
        const config = loadUnit(unit, { directory, facts });
        assert.deepEqual(ours(config, dump, directory), theirs(dump, config, searchPath), unit);
      }
    } finally {
      rmSync(root, { recursive: true });
    }
  });
}

function lay(root: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    if (content.startsWith('-> ')) symlinkSync(content.slice(3).replaceAll('ROOT', root), path);
    else writeFileSync(path, content);
  }
}

function systemdLoads(searchPath: readonly string[]): Readonly<Record<string, Dump>> {
  const script = new URL('../oracle/load-units', import.meta.url).pathname;
  const output: unknown = JSON.parse(
    execFileSync('python3', [script, searchPath.join(':'), 'test.target'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  assert.ok(isLoaded(output));
  return output.units;
}

function isLoaded(value: unknown): value is { readonly units: Readonly<Record<string, Dump>> } {
  return typeof value === 'object' && value !== null && 'units' in value;
}

/** Only the units of the fixture: what systemd makes of the machine's mounts and its own slices is not ours to compare. */
function concerns(directory: UnitDirectory, unit: string): boolean {
  const template = unit.replace(/@[^.]+\./, '@.');
  return (
    unit === 'test.target' || directory.entry(unit) !== undefined || directory.entry(template) !== undefined || unit.startsWith('missing')
  );
}

const keys = [
  'Requires',
  'Requisite',
  'Wants',
  'BindsTo',
  'PartOf',
  'Upholds',
  'Conflicts',
  'Before',
  'After',
  'OnFailure',
  'OnSuccess',
  'PropagatesReloadTo',
  'ReloadPropagatedFrom',
  'PropagatesStopTo',
  'StopPropagatedFrom',
  'JoinsNamespaceOf',
] as const;

interface Compared {
  readonly load: string;
  readonly names: readonly string[];
  readonly fragment: string;
  readonly dropIns: readonly string[];
  readonly edges: readonly string[];
  readonly properties: Readonly<Record<string, readonly string[]>>;
}

function ours(config: UnitConfig, dump: Dump, directory: UnitDirectory): Compared {
  // systemd tells edges by the unit's own name, whatever name the file had.
  const edges = config.dependencies.map(({ key, unit }) => `${key} ${loadUnit(unit, { directory, facts }).name}`);
  return {
    load: config.load.state,
    names: config.names.toSorted(),
    fragment: config.fragment ?? '',
    dropIns: config.dropIns,
    edges: [...new Set(edges)].filter((edge) => !/\.(slice|mount)$/.test(edge)).toSorted(),
    properties:
      config.load.state === 'loaded'
        ? Object.fromEntries(
            Object.entries(shown(config)).flatMap(([name, lines]) => (name in dump ? [[name, inAnyOrder(name, lines)]] : [])),
          )
        : {},
  };
}

function theirs(dump: Dump, config: UnitConfig, searchPath: readonly string[]): Compared {
  const edges = keys.flatMap((key) => (dump[key] ?? []).flatMap((line) => edgeOf(key, line, config)));
  const properties = config.load.state === 'loaded' ? Object.keys(shown(config)).filter((name) => name in dump) : [];
  return {
    load: dump['Unit Load State']?.[0] ?? '',
    names: [config.name, ...(dump['Alias'] ?? [])].toSorted(),
    fragment: dump['Fragment Path']?.[0] ?? '',
    dropIns: (dump['DropIn Path'] ?? []).filter((path) => searchPath.some((directory) => path.startsWith(`${directory}/`))),
    edges: edges.toSorted(),
    properties: Object.fromEntries(properties.map((name) => [name, inAnyOrder(name, dump[name] ?? [])])),
  };
}

/** systemd also calls those edges `file` that it makes of Slice=, Sockets=, Unit= and of paths: tysd makes them later, as implicit ones. */
function edgeOf(key: (typeof keys)[number], line: string, config: UnitConfig): readonly string[] {
  const [unit = '', ...tags] = line.replaceAll(/[()]/g, '').split(' ');
  if (!tags.includes('origin-file')) return [];
  const byAnotherKey =
    /\.(slice|mount)$/.test(unit) ||
    /^(systemd-journald|dbus)\.socket$/.test(unit) ||
    unit === config.timer?.Unit ||
    unit === config.path?.Unit;
  return byAnotherKey || config.service?.Sockets.includes(unit) === true ? [] : [`${key} ${unit}`];
}

/** systemd dumps conditions and paths last first, and directories in no order. */
function inAnyOrder(name: string, lines: readonly string[]): readonly string[] {
  return /^(Condition|Assert|Path)|Directory$/.test(name) ? lines.toSorted() : lines;
}
