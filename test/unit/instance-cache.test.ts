import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openUnits } from '../../src/manager/unit-source.ts';
import { facts } from './facts.ts';
import { Tree } from './tree.ts';

const page = '/etc/systemd/system/page@.service';
function configsOf(tree: Tree) {
  const source = openUnits(tree, ['/etc/systemd/system'], facts);
  return { load: (unit: string) => source.load(unit).config, refresh: () => source.refresh() };
}

const name = (instance: string): string => `page@${instance}.service`;

function unitsOf(template: string, more: Readonly<Record<string, string>> = {}) {
  const tree = new Tree({ [page]: template, ...more });
  return { tree, units: configsOf(tree) };
}

test('instances of a template without specifiers differ in nothing but their names', () => {
  const { units } = unitsOf('[Unit]\nDescription=A page\n[Service]\nExecStart=/bin/page\n');
  const [one, two] = [units.load(name('1')), units.load(name('2'))];
  assert.deepEqual([one.name, one.names, two.name, two.names], [name('1'), [name('1')], name('2'), [name('2')]]);
  assert.equal(one.service, two.service);
  assert.deepEqual({ ...two, name: '', names: [] }, { ...one, name: '', names: [] });
});

test('an instance of a template with specifiers, or with a drop-in or an alias of its own, is read for itself', () => {
  const specific = unitsOf('[Service]\nExecStart=/bin/page %i\n').units;
  assert.deepEqual(
    ['1', '2'].map((instance) => specific.load(name(instance)).service?.ExecStart[0]?.argv),
    [
      ['/bin/page', '1'],
      ['/bin/page', '2'],
    ],
  );
  const own = unitsOf('[Unit]\nDescription=All\n[Service]\nExecStart=/bin/page\n', {
    '/etc/systemd/system/page@2.service.d/own.conf': '[Unit]\nDescription=Two\n',
  }).units;
  assert.deepEqual(
    ['1', '2', '3'].map((instance) => own.load(name(instance)).unit.Description),
    ['All', 'Two', 'All'],
  );
});

test('a template that was replaced is read again', () => {
  const { tree, units } = unitsOf('[Unit]\nDescription=Old\n[Service]\nExecStart=/bin/page\n');
  assert.equal(units.load(name('1')).unit.Description, 'Old');
  tree.put(page, '[Unit]\nDescription=New\n[Service]\nExecStart=/bin/page\n');
  units.refresh();
  assert.equal(units.load(name('2')).unit.Description, 'New');
});
