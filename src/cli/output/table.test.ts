import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderTable } from './table.ts';
import { makeStyle } from './terminal.ts';

const style = makeStyle({ colours: false, unicode: true });

test('columns are as wide as their widest cell, and no line ends in spaces', async () => {
  const rows = [
    ['a.service', 'x', ''],
    ['b', 'yy', 'the end'],
  ];
  assert.deepEqual(await renderTable({ header: ['UNIT', 'S', 'D'], rows }, style), [
    'UNIT      S  D',
    'a.service x',
    'b         yy the end',
  ]);
  assert.deepEqual(await renderTable({ header: undefined, rows: [] }, style), []);
});

test('colour does not count as width', async () => {
  const red = makeStyle({ colours: true, unicode: true }).red;
  assert.deepEqual(
    await renderTable(
      {
        header: undefined,
        rows: [
          [{ text: 'a', paint: red }, 'b'],
          ['long', 'c'],
        ],
      },
      style,
    ),
    ['\x1b[0;1;31ma\x1b[0m    b', 'long c'],
  );
});

test('wide characters take two columns', async () => {
  assert.deepEqual(
    await renderTable(
      {
        header: undefined,
        rows: [
          ['日本', 'x'],
          ['abcde', 'y'],
        ],
      },
      style,
    ),
    ['日本  x', 'abcde y'],
  );
});

test('lines that are too long lose from the last column first, then from names', async () => {
  const rows = [['a-very-long-name-of-a-unit.service', 'loaded', 'A description that goes on and on']];
  assert.deepEqual(await renderTable({ header: undefined, rows, shorten: 0 }, style, 60), [
    'a-very-long-name-of-a-unit.service loaded A description tha…',
  ]);
  assert.deepEqual(await renderTable({ header: undefined, rows, shorten: 0 }, style, 40), ['a-very-long-name-of… loaded A descripti…']);
});
