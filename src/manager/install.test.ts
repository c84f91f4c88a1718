import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { facts } from '../../test/corpus/value-context.ts';
import { FakeFiles } from '../port/files-fake.ts';
import { unitSearchPath } from '../unit/search-path.ts';
import { InstallService } from './install.ts';
import { globalDirectory, installContext } from './install-context.ts';

const ETC = '/etc/systemd/system';
const RUN = '/run/systemd/system';
const LIB = '/usr/lib/systemd/system';
const none = { changes: [], messages: [], hasInstallInfo: false };

function serviceOn(files: FakeFiles): InstallService {
  return new InstallService(installContext('system', unitSearchPath('system', {}), files, facts, {}), files, globalDirectory);
}

function service(content: Readonly<Record<string, string>>): InstallService {
  return serviceOn(new FakeFiles({ [`${LIB}/multi-user.target`]: '# pull\n', ...content }));
}

/** A step of a known scenario; what is null or absent there is not known. */
interface Step {
  readonly op: string;
  readonly path?: string;
  readonly content?: string;
  readonly target?: string;
  readonly unit?: string | null;
  readonly units?: readonly string[];
  readonly arg?: string;
  readonly state?: string;
  readonly error?: string;
  readonly ret?: string;
  readonly changes?: readonly { readonly type: string; readonly path: string | null; readonly source?: string }[];
  readonly n_changes?: number;
}

type Operation = Parameters<InstallService['apply']>[0];

const operations: ReadonlySet<string> = new Set<Operation>(['enable', 'disable', 'reenable', 'preset', 'preset-all', 'mask', 'unmask', 'set-default']);

function isOperation(text: string): text is Operation {
  return operations.has(text);
}

const { cases }: { readonly cases: readonly { readonly test: string; readonly steps: readonly Step[] }[] } = JSON.parse(
  readFileSync(new URL('../../test/corpus/install-root.json', import.meta.url), 'utf8'),
);

test('the known scenarios go as with systemctl --root', () => {
  const files = new FakeFiles({ [`${LIB}/multi-user.target`]: '# pull\n', [`${LIB}/graphical.target`]: '# pull\n' });
  const counts = { setUp: 0, states: 0, operations: 0, skipped: 0 };
  for (const { test: name, steps } of cases) {
    for (const [index, step] of steps.entries()) counts[carryOut(step, files, `${name}, step ${index}: ${JSON.stringify(step)}`)] += 1;
  }
  // Skipped are one `list` of which nothing is recorded, and one state of a unit whose name is not recorded.
  assert.deepEqual(counts, { setUp: 30, states: 133, operations: 33, skipped: 2 });
});

function carryOut(step: Step, files: FakeFiles, label: string): 'setUp' | 'states' | 'operations' | 'skipped' {
  const install = serviceOn(files);
  const { op, path = '', unit, state } = step;
  if (op === 'write') files.write(path, `${step.content ?? ''}\n`);
  else if (op === 'symlink') files.symlink(step.target ?? '', path);
  else if (op === 'unlink') files.unlink(path);
  else if (op === 'get-state') {
    if (unit === undefined || unit === null) return 'skipped';
    const found = install.state(unit);
    assert.equal(state === '(exists)' ? found !== undefined : found, state === '(exists)' ? true : state, label);
    return 'states';
  } else if (op === 'get-default') {
    assert.equal(install.defaultTarget().ok, !hasFailed(step), label);
    return 'operations';
  } else if (isOperation(op)) {
    checkOperation(op, step, install, label);
    return 'operations';
  } else return 'skipped';
  return 'setUp';
}

function checkOperation(op: Operation, step: Step, install: InstallService, label: string): void {
  const outcome = install.apply(op, step.arg === undefined ? (step.units ?? []) : [step.arg], {});
  assert.equal(outcome.ok, !hasFailed(step), label);
  // Of preset-all the scenarios record the states only.
  if (!outcome.ok || op === 'preset-all') return;
  const expected = (step.changes ?? []).filter(({ type }) => type === 'symlink' || type === 'unlink');
  assert.deepEqual(
    outcome.value.changes.map((change, index) => ({
      change: change.change,
      path: expected[index]?.path === null ? null : change.path,
      target: change.change === 'symlink' && expected[index]?.source !== undefined ? change.target : undefined,
    })),
    expected.slice(0, expected.length === 0 && step.n_changes === undefined ? outcome.value.changes.length : undefined).map(({ type, path, source }) => ({ change: type, path, target: source })),
    label,
  );
}

function hasFailed({ ret = '' }: Step): boolean {
  return ret.startsWith('-');
}
