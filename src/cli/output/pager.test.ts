import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pagerCommand } from './pager.ts';

const xterm = { TERM: 'xterm' };

/** The programs that are tried, in their order, and what less(1) is told. */
function tried(environment: Readonly<Record<string, string>>, jumpToEnd = false): readonly string[] | undefined {
  const command = pagerCommand({ ...xterm, ...environment }, { jumpToEnd });
  if (command === undefined) return undefined;
  const programs = command.script.split('\n').map((line) => line.replace(/.*exec /, ''));
  return [...programs, command.environment['LESS'] ?? '', command.environment['LESSSECURE'] ?? 'not secure'];
}

test('the pager is less, more, or what the environment says, with the options of systemd', () => {
  assert.deepEqual(tried({}), ['less', 'more', 'cat', 'FRSXMK', 'not secure']);
  assert.deepEqual(tried({ PAGER: 'most -s' }), ['most -s', 'less', 'more', 'cat', 'FRSXMK', 'not secure']);
  assert.deepEqual(tried({ PAGER: 'most', SYSTEMD_PAGER: 'view -', SYSTEMD_LESS: 'R' }, true), [
    'view -',
    'less',
    'more',
    'cat',
    'R +G',
    'not secure',
  ]);
});

test('there is none on a dumb terminal, or where none is wanted', () => {
  assert.deepEqual(
    [tried({ TERM: 'dumb' }), tried({ TERM: '' }), tried({ SYSTEMD_PAGER: '' }), tried({ PAGER: 'cat' })],
    [undefined, undefined, undefined, undefined],
  );
});

test('with the rights of another only less is run, and may start nothing; unless that is said to be safe', () => {
  assert.deepEqual(tried({ PAGER: 'evil', SUDO_UID: '1000' }), ['less', 'cat', 'FRSXMK', '1']);
  assert.deepEqual(tried({ PAGER: 'mine', SUDO_UID: '1000', SYSTEMD_PAGERSECURE: '0' }), [
    'mine',
    'less',
    'more',
    'cat',
    'FRSXMK',
    'not secure',
  ]);
  assert.deepEqual(tried({ PAGER: 'mine', SYSTEMD_PAGERSECURE: 'yes' }), ['mine', 'less', 'more', 'cat', 'FRSXMK', '1']);
});
