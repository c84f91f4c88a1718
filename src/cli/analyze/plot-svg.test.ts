import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawBoot, type Picture } from './plot-svg.ts';

const boot = {
  firmware: 0,
  loader: 0,
  kernel: 0,
  initrd: 0,
  userspace: 0,
  finish: 2_000_000,
  generatorsStart: 10_000,
  generatorsFinish: 90_000,
  unitsLoadStart: 90_000,
  unitsLoadFinish: 120_000,
  origin: 0,
};
const unit = { activating: 100_000, activated: 400_000, deactivating: 0, deactivated: 0, took: 300_000 };
const picture: Picture = { title: 'a machine', lines: ['Startup finished'], boot, units: [], scale: 1, detailed: false };

interface Box {
  readonly kind: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function boxes(lines: readonly string[]): readonly Box[] {
  return [...lines.join('\n').matchAll(/<rect class="(\w+)" x="([\d.-]+)" y="([\d.-]+)" width="([\d.]+)" height="([\d.]+)"/g)].map(
    ([, kind = '', ...numbers]) => {
      const [x = 0, y = 0, width = 0, height = 0] = numbers.map(Number);
      return { kind, x, y, width, height };
    },
  );
}

test('names and spans stand left of all bars, which lie within the chart', () => {
  const names = ['a.service', 'with-a-name-that-is-long@instance.service'];
  const units = names.map((name, index) => ({ ...unit, name, description: name, activating: 100_000 * (index + 1) }));
  const lines = drawBoot({ ...picture, units });
  const found = boxes(lines);
  const chart = found.find(({ kind }) => kind === 'box');
  const bars = found.filter(({ kind, y }) => kind !== 'box' && y < (chart?.y ?? 0) + (chart?.height ?? 0));
  assert.ok(chart !== undefined && bars.length >= 6);
  for (const { x, width } of bars) assert.ok(x >= chart.x && x + width <= chart.x + chart.width + 1);
  const ends = [...lines.join('\n').matchAll(/<text class="(?:right|note)" x="([\d.]+)"/g)].map(([, x]) => Number(x));
  assert.ok(ends.length >= 4);
  for (const end of ends) assert.ok(end <= chart.x);
});

test('a unit that had ended when the boot was over has no bar behind that', () => {
  const gone = { ...unit, name: 'a.service', description: '', deactivating: 500_000, deactivated: 600_000 };
  const kinds = boxes(drawBoot({ ...picture, units: [gone] })).map(({ kind }) => kind);
  assert.ok(kinds.includes('active') && kinds.includes('deactivating'));
  const failed = { ...unit, name: 'a.service', description: '', activated: 0, deactivated: 600_000 };
  assert.ok(!boxes(drawBoot({ ...picture, units: [failed] })).some(({ kind }) => kind === 'active'));
});

test('what stood before the manager is left of its start, and its sum is the width of the chart', () => {
  const machine = { ...boot, firmware: 3_000_000, loader: 1_000_000, kernel: 500_000, userspace: 500_000 };
  const before = boxes(drawBoot({ ...picture, boot: machine })).filter(({ kind, height }) => kind === 'before' && height === 14);
  assert.deepEqual(
    before.map(({ width }) => Math.round(width)),
    [280, 140, 70],
  );
});

test('names cannot add elements to the picture', () => {
  const hostile = { ...unit, name: '<script>&"\u0001', description: ']]></title><script>' };
  const text = drawBoot({ ...picture, title: '<b>', units: [hostile] }).join('\n');
  assert.doesNotMatch(text, /<script|<b>|\u0001/);
  assert.match(text, /&lt;script&gt;&amp;"\ufffd</);
});
