import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { kindsIn } from '../../src/graph/dependency.ts';
import { openUnits } from '../../src/manager/unit-source.ts';
import { World } from '../../src/manager/world.ts';
import { FakeClock } from '../../src/port/clock-fake.ts';
import { FakeKeeper } from '../../src/port/keeper-fake.ts';
import { realFiles } from '../../src/port/files-real.ts';
import { Simulation } from '../scenario/simulation.ts';

const missing = ['/lib/systemd/systemd', '/usr/bin/setpriv', '/usr/bin/python3'].find((path) => !existsSync(path));
const skip = missing !== undefined ? `needs ${missing}` : process.getuid?.() === 0 ? false : 'needs root, to run systemd as nobody';

/** One of each type that a user's manager has, with default dependencies and without. */
const units: Readonly<Record<string, string>> = {
  'test.target': '[Unit]\nWants=a.service b.service c@i.service d.socket e.timer f.timer g.path h.slice i.target j.target\n',
  'basic.target': '[Unit]\nDescription=basic\n',
  'a.service': '[Service]\nExecStart=/bin/true\n',
  'b.service':
    '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/bin/true\nStandardOutput=null\nSlice=x-y.slice\nStateDirectory=b\nPrivateTmp=yes\n',
  'c@.service': '[Service]\nExecStart=/bin/true\n',
  'd.socket': '[Socket]\nListenStream=/run/d\n',
  'd.service': '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/bin/true\n',
  'e.timer': '[Timer]\nOnCalendar=daily\nPersistent=yes\nUnit=a.service\n',
  'f.timer': '[Unit]\nDefaultDependencies=no\n[Timer]\nOnActiveSec=1h\nUnit=a.service\n',
  'g.path': '[Path]\nPathExists=/x\nUnit=a.service\n',
  'h.slice': '[Slice]\n',
  'i.target': '[Unit]\nRequires=a.service b.service\n',
  'j.target': '[Unit]\nDefaultDependencies=no\nWants=a.service\n',
};

const compared: ReadonlySet<string> = new Set([
  'Requires',
  'RequiredBy',
  'Wants',
  'WantedBy',
  'BindsTo',
  'BoundBy',
  'PartOf',
  'ConsistsOf',
  'Conflicts',
  'ConflictedBy',
  'Before',
  'After',
  'Triggers',
  'TriggeredBy',
]);

test("systemd and tysd have the same relations between a user's units", { skip }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-user-'));
  try {
    chmodSync(directory, 0o755);
    for (const [file, text] of Object.entries(units)) writeFileSync(join(directory, file), text);
    const own = Object.keys(units).map((name) => name.replace('@.', '@i.'));
    assert.deepEqual(ourRelations(directory, own), theirRelations(directory, own));
  } finally {
    rmSync(directory, { recursive: true });
  }
});

type Relations = Readonly<Record<string, readonly string[]>>;

function ourRelations(directory: string, own: readonly string[]): Relations {
  const clock = new FakeClock();
  const options = new Simulation({ units: {}, scope: 'user' }).optionsFor(clock);
  const keeper = new FakeKeeper(clock, () => ({})).connect();
  const openAll = () => openUnits(realFiles, [directory], options.facts);
  const world = new World({ ...options, keeper, files: realFiles, openUnits: openAll }, () => undefined);
  world.unit('test.target');
  world.loadMentioned();
  return Object.fromEntries(
    own.map((name) => {
      const found: string[] = [];
      world.graph.forEach(name, (other, set) => found.push(...kindsIn(set).map((kind) => `${kind} ${other}`)));
      return [name, found.filter(isCompared).toSorted()];
    }),
  );
}

function theirRelations(directory: string, own: readonly string[]): Relations {
  const script = new URL('../oracle/load-units', import.meta.url).pathname;
  const output: unknown = JSON.parse(
    execFileSync('python3', [script, '--user', directory, 'test.target'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  assert.ok(isDump(output));
  return Object.fromEntries(
    own.map((name) => {
      const edges = Object.entries(output.units[name] ?? {}).flatMap(([key, lines]) =>
        lines.map((line) => `${key} ${line.split(' ')[0] ?? ''}`),
      );
      return [name, edges.filter(isCompared).toSorted()];
    }),
  );
}

function isDump(output: unknown): output is { readonly units: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> } {
  return typeof output === 'object' && output !== null && 'units' in output;
}

/** The machine's mounts are not ours to compare. */
function isCompared(edge: string): boolean {
  const [key = '', unit = ''] = edge.split(' ');
  return compared.has(key) && !/\.(mount|device)$/.test(unit);
}
