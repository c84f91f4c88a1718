import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { plan } from '../../src/graph/transaction.ts';
import { openUnits } from '../../src/manager/unit-source.ts';
import { World } from '../../src/manager/world.ts';
import { FakeClock } from '../../src/port/clock-fake.ts';
import { FakeKeeper } from '../../src/port/keeper-fake.ts';
import { realFiles } from '../../src/port/files-real.ts';
import { Simulation } from '../scenario/simulation.ts';

const missing = ['/lib/systemd/systemd', '/usr/bin/setpriv', '/usr/bin/python3'].find((path) => !existsSync(path));
const skip = missing !== undefined ? `needs ${missing}` : process.getuid?.() === 0 ? false : 'needs root, to run systemd as nobody';

const oneshot = (unit: string): string => `[Unit]\n${unit}\n[Service]\nType=oneshot\nExecStart=/bin/true\n`;
const loose = (unit: string): string => oneshot(`DefaultDependencies=no\n${unit}`);

/** Unit files beside those of the machine's own systemd; test.target is what is started. */
const cases: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'multi-user.target': { 'test.target': '[Unit]\nRequires=multi-user.target\n' },
  'graphical.target': { 'test.target': '[Unit]\nRequires=graphical.target\n' },
  'rescue.target': { 'test.target': '[Unit]\nRequires=rescue.target\n' },
  'a bus service': { 'test.target': '[Unit]\nRequires=dbus.service\n' },
  'what is wanted starts although what it requires is not there': {
    'test.target': '[Unit]\nDefaultDependencies=no\nWants=a.service\n',
    'a.service': loose('Requires=missing.service'),
  },
  'what is required must be there': { 'test.target': '[Unit]\nRequires=a.service\n', 'a.service': loose('Requires=missing.service') },
  'a cycle with one way out': {
    'test.target': '[Unit]\nDefaultDependencies=no\nRequires=a.service\nWants=b.service\n',
    'a.service': loose('After=b.service'),
    'b.service': loose('After=a.service'),
  },
  'a cycle with none': {
    'test.target': '[Unit]\nDefaultDependencies=no\nRequires=a.service b.service\n',
    'a.service': loose('After=b.service'),
    'b.service': loose('After=a.service'),
  },
  'conflicts between what is required and what is wanted': {
    'test.target': '[Unit]\nDefaultDependencies=no\nRequires=a.service\nWants=b.service\n',
    'a.service': loose('Conflicts=b.service'),
    'b.service': loose(''),
  },
  'conflicts between two that are wanted': {
    'test.target': '[Unit]\nDefaultDependencies=no\nWants=a.service b.service\n',
    'a.service': loose('Conflicts=b.service'),
    'b.service': loose(''),
  },
  'a masked unit, a requisite and an upheld one': {
    'test.target': '[Unit]\nDefaultDependencies=no\nWants=a.service b.service c.service\n',
    'a.service': '',
    'b.service': loose('Requisite=d.service'),
    'c.service': loose('Upholds=e.service'),
    'd.service': loose(''),
    'e.service': loose(''),
  },
  'an instance in a slice of its template': {
    'test.target': '[Unit]\nDefaultDependencies=no\nWants=x@1.service y.service\n',
    'x@.service': loose(''),
    'y.service': `${loose('')}Slice=a-b.slice\n`,
  },
};

for (const [name, units] of Object.entries(cases)) {
  test(`systemd and tysd come to the same jobs: ${name}`, { skip }, () => {
    const directory = mkdtempSync(join(tmpdir(), 'tysd-jobs-'));
    try {
      chmodSync(directory, 0o755);
      for (const [file, text] of Object.entries(units)) writeFileSync(join(directory, file), text);
      assert.deepEqual(ourJobs(directory), theirJobs(directory));
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
}

const systemPath = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/lib/systemd/system',
  '/usr/lib/systemd/system',
];

function ourJobs(directory: string): readonly string[] {
  const clock = new FakeClock();
  const options = new Simulation({ units: {} }).optionsFor(clock);
  const keeper = new FakeKeeper(clock, () => ({})).connect();
  const openAll = () => openUnits(realFiles, [directory, ...systemPath], options.facts);
  const world = new World({ ...options, keeper, files: realFiles, openUnits: openAll }, () => undefined);
  const planned = plan('start', 'test.target', 'replace', world);
  return planned.ok ? planned.value.jobs.map(({ unit, type }) => `${unit} ${type}`).toSorted() : [];
}

function theirJobs(directory: string): readonly string[] {
  const script = new URL('../oracle/load-units', import.meta.url).pathname;
  const output: unknown = JSON.parse(
    execFileSync('python3', [script, '--with-system-units', directory, 'test.target'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64 * 1024 * 1024,
    }),
  );
  assert.ok(hasJobs(output));
  return output.jobs.map(([unit = '', type = '']) => `${unit} ${type}`).toSorted();
}

function hasJobs(output: unknown): output is { readonly jobs: readonly (readonly string[])[] } {
  return typeof output === 'object' && output !== null && 'jobs' in output && Array.isArray(output.jobs);
}
