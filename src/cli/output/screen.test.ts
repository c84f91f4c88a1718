import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isScreen, outputColumns, screenSize } from './screen.ts';

const told = (sizes: string, pid = process.pid): Record<string, string> => ({ TYSD_SCREENS: `${pid} ${sizes}` });

test('what the front has found out is believed of this process, and when it has just begun', (context) => {
  context.mock.method(process, 'uptime', () => 0.5);
  assert.deepEqual(screenSize(1, told('90x30 -')), { columns: 90, rows: 30 });
  assert.equal(screenSize(2, told('90x30 -')), undefined);
  assert.deepEqual([isScreen(1, told('- 80x24')), isScreen(2, told('- 80x24'))], [false, true]);
  assert.equal(outputColumns(told('132x50 132x50')), 132);
});

test('a terminal without a size has 80 columns and 24 rows; $COLUMNS and $LINES go first', (context) => {
  context.mock.method(process, 'uptime', () => 0.5);
  assert.deepEqual(screenSize(1, told('0x0 -')), { columns: 80, rows: 24 });
  assert.deepEqual(screenSize(1, { ...told('90x30 -'), COLUMNS: '40', LINES: 'many' }), { columns: 40, rows: 30 });
  assert.equal(outputColumns({ ...told('- -'), COLUMNS: '40' }), 40);
});

test('what is for another process, old or nonsense is not believed', (context) => {
  const uptime = context.mock.method(process, 'uptime', () => 0.5);
  const own = isScreen(1, {});
  for (const other of [told('1x1 -', process.pid + 1), told('1x1'), told('ax1 -'), told('- - -')])
    assert.equal(isScreen(1, other), own, JSON.stringify(other));
  uptime.mock.mockImplementation(() => 2);
  assert.equal(isScreen(1, own ? told('- -') : told('1x1 1x1')), own);
});
