import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain } from '../../src/api/explain.ts';
import { unitMeanings } from '../../src/unit/settings/meanings-units.ts';
import { meanings } from '../../src/unit/settings/meanings.ts';
import { tables } from '../../src/unit/settings/parts.ts';
import { withBench } from './run.ts';

test('every directive of unit files has a meaning, sections and a standing; one with a value also what may stand there, and a default', () => {
  const names = [...new Set(Object.values(tables).flatMap((table) => Object.keys(table)))];
  const poor = names.flatMap((name) => {
    const explained = explain(name);
    if (explained.is !== 'directive') return [name];
    return explained.explanations
      .filter(({ meaning, sections, here, values, reason, default: usual }) => {
        const isSpelling = here === 'other spelling' || here === 'obsolete';
        const isBare = meaning.length < 5 || sections.length === 0 || (here !== 'carried out' && !isSpelling && reason === undefined);
        return isBare || (!isSpelling && (values === undefined || (usual === undefined && values !== 'names of units')));
      })
      .map(({ directive }) => directive);
  });
  assert.deepEqual(poor, []);
});

test('what may stand behind a directive is told without what was tried', () => {
  const values = Object.values(tables).flatMap((table) =>
    Object.keys(table).flatMap((name) => {
      const explained = explain(name);
      return explained.is === 'directive' ? explained.explanations.map((each) => each.values ?? '') : [];
    }),
  );
  assert.deepEqual(
    values.filter((text) => ['found', '\u0001', 'no such value'].some((tried) => text.includes(tried))),
    [],
  );
});

function defaults(word: string): readonly unknown[] {
  const explained = explain(word);
  return explained.is === 'directive' ? explained.explanations.map(({ sections, default: usual }) => [sections[0], usual]) : [];
}

test('a default is that of the section, also where another section has a directive of that name', () => {
  assert.deepEqual(defaults('Type'), [
    ['Service', 'simple; oneshot without ExecStart=, dbus with BusName='],
    ['Mount', 'what mount(8) finds out'],
  ]);
  assert.deepEqual(defaults('CapabilityBoundingSet'), [
    ['Service', 'all that the manager has'],
    ['Manager', 'all that tysd was started with'],
  ]);
});

test('explain tells what a directive means, its default, and whether it is carried out', () =>
  withBench(
    () => undefined,
    async ({ tysctl }) => {
      assert.deepEqual(await tysctl('explain', 'killmode='), {
        out: [
          'KillMode= in [Service], [Socket], [Mount], [Swap], [Scope]',
          '',
          ...(await tysctl('explain', 'KillMode')).out.slice(2, 4),
          '  Values   one of: control-group, process, mixed, none',
          '  Default  control-group',
          '  Repeats  the last line counts',
          '  Since    systemd 187',
          '  Here     carried out',
          '  Manual   systemd.kill(5)',
        ],
        err: [],
        status: 0,
      });
      const two = await tysctl('explain', 'Unit');
      assert.deepEqual(
        two.out.filter((line) => line.startsWith('Unit=')),
        ['Unit= in [Timer]', 'Unit= in [Path]', 'Unit= in [Tysd]'],
      );
      assert.equal(two.out.at(-1), "[Unit] is a section, too: tysctl explain '[Unit]' lists what stands in it.");
      assert.doesNotMatch((await tysctl('explain', 'Unit=')).out.join('\n'), /is a section/);
      const old = await tysctl('explain', 'BindTo');
      assert.ok(old.out.includes('  Here     another spelling of BindsTo='), old.out.join('\n'));
    },
    false,
  ));

test('a word that is near to a directive is told its name, and a section lists its directives', () =>
  withBench(
    () => undefined,
    async ({ tysctl }) => {
      assert.deepEqual(await tysctl('explain', 'RestartSc'), {
        out: [],
        err: ['RestartSc is no directive of unit files. Did you mean RestartSec?'],
        status: 1,
      });
      const { out } = await tysctl('explain', '[Path]');
      assert.equal(out[0], '[Path]');
      assert.ok(out.some((line) => line.startsWith('PathChanged=')));
      const json: readonly { readonly directive: string }[] = JSON.parse((await tysctl('explain', 'RestartSec', '--json')).out.join(''));
      assert.deepEqual(
        json.map(({ directive }) => directive),
        ['RestartSec'],
      );
    },
    false,
  ));

test('each directive of unit files has its meaning in one sentence or more, in one place, and there are no others', () => {
  const told = [meanings, unitMeanings].flatMap((parts) =>
    Object.entries(parts).flatMap(([part, table]) => Object.entries(table).map(([name, text]) => ({ key: `${part} ${name}`, text }))),
  );
  const wanted = Object.entries(tables).flatMap(([part, table]) => Object.keys(table).map((name) => `${part} ${name}`));
  const keys = told.map(({ key }) => key);
  assert.deepEqual(
    {
      without: wanted.filter((key) => !keys.includes(key)),
      unknown: keys.filter((key) => !wanted.includes(key)),
      twice: keys.filter((key, at) => keys.indexOf(key) !== at),
    },
    { without: [], unknown: [], twice: [] },
  );
  assert.deepEqual(
    told.filter(({ text }) => !/^[A-Z].* .*\.$/s.test(text)).map(({ key, text }) => `${key}: ${text}`),
    [],
  );
});
