import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasColours, hasLinks, isUnicode } from './open-terminal.ts';

test('colours need a terminal that has them, and $SYSTEMD_COLORS and $NO_COLOR decide first', () => {
  const cases: readonly (readonly [environment: Readonly<Record<string, string>>, tty: boolean, colours: boolean])[] = [
    [{ TERM: 'xterm' }, true, true],
    [{ TERM: 'xterm' }, false, false],
    [{ TERM: 'dumb' }, true, false],
    [{}, true, false],
    [{ TERM: 'xterm', NO_COLOR: '1' }, true, false],
    [{ TERM: 'xterm', NO_COLOR: '' }, true, true],
    [{ TERM: 'dumb', SYSTEMD_COLORS: '1' }, false, true],
    [{ TERM: 'xterm', SYSTEMD_COLORS: '0' }, true, false],
  ];
  assert.deepEqual(
    cases.map(([environment, tty]) => [environment, tty, hasColours(environment, tty)]),
    cases,
  );
});

test('links need colours, and $SYSTEMD_URLIFY decides first', () => {
  const cases: readonly (readonly [environment: Readonly<Record<string, string>>, tty: boolean, links: boolean])[] = [
    [{ TERM: 'xterm' }, true, true],
    [{ TERM: 'xterm' }, false, false],
    [{ TERM: 'xterm', NO_COLOR: '1' }, true, false],
    [{ TERM: 'xterm', SYSTEMD_URLIFY: '0' }, true, false],
    [{ TERM: 'dumb', SYSTEMD_URLIFY: 'yes' }, true, true],
  ];
  assert.deepEqual(
    cases.map(([environment, tty]) => [environment, tty, hasLinks(environment, tty)]),
    cases,
  );
});

test('the locale decides over glyphs; without one they are UTF-8, as in systemd', () => {
  const cases: readonly (readonly [environment: Readonly<Record<string, string>>, unicode: boolean])[] = [
    [{}, true],
    [{ LANG: 'C' }, false],
    [{ LANG: 'C.UTF-8' }, true],
    [{ LANG: 'de_DE.utf8' }, true],
    [{ LANG: 'de_DE.UTF-8', LC_ALL: 'POSIX' }, false],
    [{ LANG: 'C', LC_CTYPE: 'C.UTF-8' }, true],
    [{ LANG: 'de_DE.UTF-8', LC_ALL: '' }, true],
  ];
  assert.deepEqual(
    cases.map(([environment]) => [environment, isUnicode(environment)]),
    cases,
  );
});
