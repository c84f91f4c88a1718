import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { directivesDocument } from '../../src/unit/settings/document.ts';
import { initialValues, type PartName, tables } from '../../src/unit/settings/parts.ts';
import type { Combine, Row } from '../../src/unit/settings/setting.ts';
import { specifiersOf } from '../../src/unit/specifiers.ts';
import type { ValueContext } from '../../src/unit/values/parser.ts';
import { facts } from './facts.ts';

interface Known {
  readonly section: string;
  readonly directive: string;
  readonly type: string;
  readonly initial: string;
  readonly combine: string;
}

const known: readonly Known[] = readFileSync(new URL('../corpus/directives.tsv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t'))
  .map(([section = '', directive = '', type = '', , , , , initial = '', combine = '']) => ({ section, directive, type, initial, combine }));

const parts: Readonly<Record<string, PartName>> = {
  Unit: 'unit',
  Install: 'install',
  Service: 'service',
  Socket: 'socket',
  Timer: 'timer',
  Path: 'path',
  Mount: 'mount',
  Automount: 'automount',
  Swap: 'swap',
  Slice: 'slice',
  Scope: 'scope',
  Exec: 'exec',
  Kill: 'kill',
  CGroup: 'cgroup',
};

function rowOf({ section, directive }: Known): Row | undefined {
  const part = parts[section];
  return part === undefined ? undefined : tables[part][directive];
}

test('every directive that is said to be carried out is read by something that acts', () => {
  const source = new URL('../../src/', import.meta.url);
  const actors = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.endsWith('properties.ts'))
    // [Install] is read by what plans links; the rest of unit/ only reads and checks.
    .filter((path) => !path.startsWith('unit/') || path.startsWith('unit/install/'))
    .map((path) => readFileSync(new URL(path, source), 'utf8'))
    .join('\n');
  const words = new Set(actors.match(/\w+/g));
  const idle = Object.entries(tables).flatMap(([part, table]) =>
    Object.entries<Row>(table).flatMap(([name, row]) =>
      row.row === 'setting' && (row.status ?? 'implemented') === 'implemented' && !words.has(row.into ?? name) ? [`${part}.${name}`] : [],
    ),
  );
  assert.deepEqual(idle, []);
});

test('every directive of systemd has a row in its section', () => {
  assert.equal(known.length > 500, true);
  assert.deepEqual(
    known.filter((entry) => rowOf(entry) === undefined).map(({ section, directive }) => `${section}.${directive}`),
    [],
  );
});

test('no row is there that systemd does not have, but for our own', () => {
  const expected = new Set(known.map(({ section, directive }) => `${parts[section]}.${directive}`));
  const extra = Object.entries(tables).flatMap(([part, table]) => Object.keys(table).map((key) => `${part}.${key}`));
  assert.deepEqual(
    extra.filter((name) => !expected.has(name) && !name.includes('.X-Tysd-')),
    [],
  );
});

const combineRules: Readonly<Record<string, readonly Combine[]>> = {
  'last wins': ['last'],
  'first wins': ['first'],
  appends: ['keep'],
  'appends; empty is a no-op': ['keep'],
  'appends; empty resets': ['append'],
  'appends; empty resets all': ['append'],
  'appends; empty resets all On*': ['append'],
  'appends; empty resets all Listen*': ['append'],
  'appends; empty resets the whole list': ['append'],
  'appends (later wins per name); empty resets': ['append'],
  'merges; empty resets': ['merge'],
  'merges; empty = Delegate=yes without controllers': ['merge'],
  'per device; empty resets': ['per-device'],
};

/** What the newest systemd drops and systemd 252 translates, as tysd does. */
const translated: ReadonlySet<string> = new Set([
  'CPUAccounting',
  'CPUShares',
  'StartupCPUShares',
  'DefaultMemoryMin',
  'DefaultMemoryLow',
  'DefaultStartupMemoryLow',
  'MemoryLimit',
  'BlockIOAccounting',
  'BlockIOWeight',
  'StartupBlockIOWeight',
  'BlockIODeviceWeight',
  'BlockIOReadBandwidth',
  'BlockIOWriteBandwidth',
]);

test('repeated assignments combine as in systemd', () => {
  // The reference's list calls it a list; systemd takes one instance, and the last one counts.
  // Whoever asks systemd 252 sees the options, and the nodes, of all lines.
  const otherwise = new Set(['Install.DefaultInstance', 'Exec.RootImageOptions', 'Exec.NUMAMask']);
  const wrong = known.flatMap((entry) => {
    const row = rowOf(entry);
    if (row === undefined || !('combine' in row) || translated.has(entry.directive)) return [];
    if (otherwise.has(`${entry.section}.${entry.directive}`)) return [];
    return combineRules[entry.combine]?.includes(row.combine) === true
      ? []
      : [`${entry.section}.${entry.directive}: ${entry.combine}, not ${row.combine}`];
  });
  assert.deepEqual(wrong, []);
});

test('an empty assignment does to every list what its rule says', () => {
  // Its empty assignment is the empty set of capabilities, not all of them.
  const otherwise = new Set(['CapabilityBoundingSet']);
  const wrong = Object.entries(tables).flatMap(([part, table]) =>
    Object.entries(table).flatMap(([key, row]) => {
      if (row.row !== 'setting' || row.combine === 'last' || row.combine === 'first' || otherwise.has(key)) return [];
      const before = key === 'Delegate' ? ['cpu'] : ['kept'];
      const after = row.assign(before, '', context());
      const expected = key === 'Delegate' ? [] : row.combine === 'keep' ? before : row.initial;
      return after.ok && JSON.stringify(after.value) === JSON.stringify(expected) ? [] : [`${part}.${key}`];
    }),
  );
  assert.deepEqual(wrong, []);
});

test('only obsolete no-ops drop their values', () => {
  const dropped = known.filter((entry) => rowOf(entry)?.row === 'obsolete').map(({ directive }) => directive);
  assert.deepEqual(
    dropped,
    known.filter(({ type, directive }) => type === 'ignored' && !translated.has(directive)).map(({ directive }) => directive),
  );
});

/** Defaults that are not the row's own, with where they come from. */
const settled: Readonly<Record<string, string>> = {
  'Unit.OnFailureIsolate': 'it shares a property with OnFailureJobMode=',
  'Unit.IgnoreOnIsolate': 'depends on the type: settled when the files are read',
  'Unit.JobTimeoutSec': 'devices, which are not built yet, have their own',
  'Unit.JobRunningTimeoutSec': 'devices, which are not built yet, have their own',
  'Unit.StartLimitIntervalSec': 'the manager: DefaultStartLimitIntervalSec=',
  'Unit.StartLimitBurst': 'the manager: DefaultStartLimitBurst=',
  'Service.RestartSec': 'the manager: DefaultRestartSec=',
  'Service.TimeoutStartSec': 'the manager: DefaultTimeoutStartSec=',
  'Service.TimeoutStopSec': 'the manager: DefaultTimeoutStopSec=',
  'Service.WatchdogSec': 'the words are “0 (off)”',
  'Service.Type': 'the words are “simple*”: settled when the files are read',
  'Service.NotifyAccess': 'settled when the files are read',
  'Service.OOMPolicy': 'the manager: DefaultOOMPolicy=',
  'Socket.Backlog': 'the words tell of the kernel',
  'Socket.TimeoutSec': 'the manager: DefaultTimeoutStartSec=',
  'Socket.MaxConnectionsPerSource': 'the words are “0 (none)”',
  'Socket.TriggerLimitIntervalSec': 'depends on Accept=',
  'Socket.TriggerLimitBurst': 'depends on Accept=',
  'Socket.PollLimitIntervalSec': 'depends on Accept=',
  'Socket.PollLimitBurst': 'depends on Accept=',
  'Timer.AccuracySec': 'the manager: DefaultTimerAccuracySec=',
  'Path.TriggerLimitIntervalSec': 'the engine of path units',
  'Path.TriggerLimitBurst': 'the engine of path units',
  'Mount.TimeoutSec': 'the manager: DefaultTimeoutStartSec=',
  'Swap.TimeoutSec': 'the manager: DefaultTimeoutStartSec=',
  'Scope.TimeoutStopSec': 'the manager: DefaultTimeoutStopSec=',
  'Exec.WorkingDirectory': 'depends on the scope',
  'Exec.UMask': 'depends on the scope',
  'Exec.StandardOutput': 'the manager: DefaultStandardOutput=',
  'Exec.StandardError': 'the manager: DefaultStandardError=',
  'Exec.KeyringMode': 'depends on the scope',
  'Exec.LimitNOFILE': 'the manager: DefaultLimitNOFILE=',
  'CGroup.CPUWeight': 'the kernel',
  'CGroup.MemoryMax': 'the kernel has no limit either',
  'CGroup.MemoryZSwapWriteback': 'the kernel',
  'CGroup.TasksMax': 'the manager: DefaultTasksMax=',
};

test('defaults are those of systemd', () => {
  const wrong = known.flatMap((entry) => {
    const name = `${entry.section}.${entry.directive}`;
    const row = rowOf(entry);
    if (row?.row !== 'setting' || name in settled) return [];
    const nothing = [undefined, '', false, 0, Number.POSITIVE_INFINITY, 'none'];
    if (entry.initial === '')
      return nothing.some((value) => value === row.initial) || isEmpty(row.initial)
        ? []
        : [`${name}: ${JSON.stringify(row.initial)} instead of nothing`];
    const expected = row.assign(row.initial, entry.initial, context());
    return expected.ok && JSON.stringify(expected.value) === JSON.stringify(row.initial)
      ? []
      : [`${name}: ${JSON.stringify(row.initial)}, not ${entry.initial}`];
  });
  assert.deepEqual(wrong, []);
});

test('the defaults of a part have every property that its rows make, and no others', () => {
  for (const part of Object.values(parts)) {
    const table = tables[part];
    const made = new Set(Object.entries(table).flatMap(([key, row]) => (row.row === 'setting' ? [row.into ?? key] : [])));
    assert.deepEqual(Object.keys(initialValues[part]).toSorted(), [...made].toSorted(), part);
  }
});

test('other spellings lead to directives that there are', () => {
  for (const part of Object.values(parts)) {
    for (const row of Object.values(tables[part])) {
      if (row.row === 'synonym') for (const key of row.keys) assert.notEqual(tables[row.part ?? part][key], undefined, key);
    }
  }
});

test('the document has a line for every directive', () => {
  const lines = directivesDocument().split('\n');
  assert.deepEqual(
    known.filter(({ directive }) => !lines.some((line) => line.startsWith(`| ${directive} `))),
    [],
  );
});

function context(): ValueContext {
  return { specifiers: specifiersOf('test.service', facts), scope: 'system', warn: () => undefined };
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && value !== null && JSON.stringify(value).replace(/"\w+":|[{}[\],]/g, '') === '';
}
