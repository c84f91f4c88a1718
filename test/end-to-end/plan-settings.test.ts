import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { tables } from '../../src/unit/settings/parts.ts';
import type { Row } from '../../src/unit/settings/setting.ts';
import { ofTheEnd, samples } from './plan-settings.ts';
import { isRoot, startTysd, type Daemon } from './tysd.ts';

interface Planned {
  readonly ops: readonly { readonly op: string; readonly text: string; readonly setting?: string; readonly at?: string }[];
  readonly notApplied: readonly string[];
}

/** An op without what is another for each unit. */
function lineOf({ op, text }: Planned['ops'][number]): string {
  return `${op} ${text}`.replaceAll(/(with|less)-\w+/g, 'NAME').replaceAll(/[0-9a-f]{32}/g, 'ID');
}

function linesOf({ ops, notApplied }: Planned): readonly string[] {
  return [...ops.map(lineOf), ...notApplied];
}

function service(lines: readonly string[]): string {
  return `[Service]\n${[...lines, 'ExecStart=/bin/true'].join('\n')}\n`;
}

/** A setting that is refused or needs no effect says so, as any other reason does. */
function isCarriedOut(row: Row): boolean {
  return row.row === 'synonym' || (row.row === 'setting' && (row.status ?? 'implemented') === 'implemented');
}

test('there is a sample of each setting that a process is given', () => {
  const all = Object.entries(tables.exec).filter(([name, row]) => isCarriedOut(row) && !name.startsWith('X-Tysd-'));
  const without = all.map(([name]) => name).filter((name) => !(name in samples));
  assert.deepEqual(without.toSorted(), ofTheEnd.toSorted());
});

describe('tysctl plan', { skip: isRoot ? false : 'needs root' }, () => {
  let daemon: Daemon;
  before(async () => {
    const units = Object.entries(samples).flatMap(([setting, text]) => {
      const [value = '', ...others] = text.split('\n');
      return [
        [`with-${setting}.service`, service([`${setting}=${value}`, ...others])],
        [`less-${setting}.service`, service(others)],
      ] as const;
    });
    daemon = await startTysd({
      options: ['--system'],
      units: { 'default.target': '[Unit]\n', ...Object.fromEntries(units) },
      environment: { GIVEN: 'given' },
    });
  });
  after(async () => {
    await daemon[Symbol.asyncDispose]();
  });

  async function planned(unit: string): Promise<Planned> {
    const [first] = await daemon.ask('unit.plan', { unit });
    assert.ok(first !== undefined, unit);
    return first;
  }

  for (const [setting, text] of Object.entries(samples)) {
    test(`${setting}= shows in the plan, and all that it changes has a cause and the line of it`, async () => {
      const [own, other] = [await planned(`with-${setting}.service`), await planned(`less-${setting}.service`)];
      assert.notDeepEqual(linesOf(own), linesOf(other));
      const without = new Set(linesOf(other));
      const changed = own.ops.filter((each) => !without.has(lineOf(each)));
      const written = text.split('\n').map((line, index) => (index === 0 ? setting : line.slice(0, line.indexOf('='))));
      const uncaused = changed.filter(({ op, setting: cause = '', at }) => op !== 'exec' && (!written.includes(cause) || at === undefined));
      assert.deepEqual(uncaused, []);
    });
  }
});
