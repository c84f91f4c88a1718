import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestName, nearestUnit, nearestWord } from './suggest.ts';

const known = ['Description', 'After', 'Before', 'Restart', 'RestartSec', 'ExecStart', 'ExecStartPre'];

test('a name that is nearly right finds the one that was meant', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['Descripton', 'Description'],
    ['description', 'Description'],
    ['ExceStart', 'ExecStart'],
    ['RestartSecs', 'RestartSec'],
    ['Aftre', 'After'],
    ['Frobnicate', undefined],
    ['', undefined],
    ['X', undefined],
  ];
  for (const [written, expected] of cases) assert.equal(nearestName(written, known), expected, written);
});

test('a word that only one other begins with means that one, else the nearest', () => {
  const verbs = ['start', 'status', 'stop', 'list-units', 'list-timers', 'show'];
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['stat', 'status'],
    ['sta', undefined],
    ['strat', 'start'],
    ['list-unit', 'list-units'],
    ['list', undefined],
    ['sh', undefined],
    ['frobnicate', undefined],
  ];
  for (const [written, expected] of cases) assert.equal(nearestWord(written, verbs), expected, written);
});

test('a unit that is not there is near to one of its type, of its name, or to an instance of a template', () => {
  const units = ['nginx.service', 'backup.timer', 'getty@.service', 'a.socket', 'web.target', 'website.service'];
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['ngnix.service', 'nginx.service'],
    ['nginx.socket', 'nginx.service'],
    ['backup.service', 'backup.timer'],
    ['gety@tty1.service', 'getty@tty1.service'],
    ['webb.target', 'web.target'],
    ['b.service', undefined],
    ['nginx.service', undefined],
    ['Web.target', 'web.target'],
    ['nothing', undefined],
  ];
  for (const [written, expected] of cases) assert.equal(nearestUnit(written, units), expected, written);
});
