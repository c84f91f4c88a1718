import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderTable } from './table.ts';
import { makeStyle } from './terminal.ts';

const style = makeStyle({ colours: false, unicode: true });

test('columns are as wide as their widest cell, and no line ends in spaces', () => {
  const rows = [
    ['a.service', 'x', ''],
    ['b', 'yy', 'the end'],
  ];
  assert.deepEqual(renderTable({ header: ['UNIT', 'S', 'D'], rows }, style), ['UNIT      S  D', 'a.service x', 'b         yy the end']);
  assert.deepEqual(renderTable({ header: undefined, rows: [] }, style), []);
});

test('colour does not count as width', () => {
  const red = makeStyle({ colours: true, unicode: true }).red;
  assert.deepEqual(
    renderTable(
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

test('wide characters take two columns', () => {
  assert.deepEqual(
    renderTable(
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

test('lines that are too long have the same for all columns, none more than it needs', () => {
  const rows = [['a-very-long-name-of-a-unit.service', 'loaded', 'A description that goes on and on']];
  const table = { header: undefined, rows };
  assert.deepEqual(renderTable(table, style, 60), ['a-very-long-name-of-a-uni… loaded A description that goes o…']);
  assert.deepEqual(renderTable(table, style, 40), ['a-very-long-nam… loaded A description t…']);
  assert.deepEqual(renderTable({ ...table, rows: [['short', 'loaded', 'A description that goes on and on']] }, style, 30), [
    'short loaded A description th…',
  ]);
  assert.deepEqual(renderTable({ ...table, rows: [['a-very-long-name-of-a-unit.service', 'loaded', 'short']] }, style, 30), [
    'a-very-long-name… loaded short',
  ]);
});

test('where there are colours a line goes along below the header and the end of each group, whatever is painted in it', () => {
  const coloured = makeStyle({ colours: true, unicode: true });
  const rows = [
    [{ text: 'a', paint: coloured.red }, 'x'],
    ['b', 'longer'],
  ];
  assert.deepEqual(renderTable({ header: ['U', 'D'], rows, groupEnds: new Set([0]) }, coloured), [
    '\x1b[0;4mU D     \x1b[0m',
    '\x1b[0;4;1;31ma\x1b[0m\x1b[0;4m x     \x1b[0m',
    'b longer',
  ]);
});
