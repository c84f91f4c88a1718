import { test } from 'node:test';
import * as fc from 'fast-check';
import { assertTwins, runs, whyNoTools } from './twin.ts';

/**
 * Days on which clocks go forward. When they go back, which of two equal times systemd means depends on what it asked the
 * C library before; where the gap is at midnight (Santiago) it finds no answer, and where winter is the time that is saved
 * (Casablanca) it leaves out the rest of the day.
 */
const changes: readonly (readonly [zone: string, day: string])[] = [
  ['Europe/Berlin', '2026-03-29'],
  ['America/New_York', '2026-03-08'],
  ['Australia/Sydney', '2026-10-04'],
  ['America/St_Johns', '2026-03-08'],
];

const hour = fc.constantFrom('*', '0', '1', '2', '3', '0..3', '0/2', '1..4/2', '2,3', '23', '0/5');
const minute = fc.constantFrom('*', '0', '30', '0/15', '0/7', '15,45', '29..31', '59');
const second = fc.constantFrom('0', '0/20', '30', '59.5', '0/40.5');
const date = fc.constantFrom('', '', '*-*-* ', '*-*-29 ', '*-*~1 ', 'Sun ', 'Sat,Sun ', 'Sun *-*-* ');
const expression = fc.tuple(date, hour, minute, second).map(([day, h, m, s]) => `${day}${h}:${m}:${s}`);

test('calendars elapse as systemd’s about the days on which clocks go forward', { skip: whyNoTools(), timeout: 300_000 }, () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(expression, { minLength: 1, maxLength: 6 }),
      fc.constantFrom(...changes),
      fc.integer({ min: -40 * 60, max: 40 * 60 }),
      fc.integer({ min: 1, max: 4 }),
      (expressions, [TZ, day], minutes, iterations) => {
        const from = new Date(Date.parse(`${day}T00:00:00Z`) + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');
        const argv = ['calendar', `--base-time=${from} UTC`, `--iterations=${iterations}`, '--', ...expressions];
        return assertTwins({ program: 'systemd-analyze', argv, environment: { TZ } }, (text) => text.replaceAll(/^ +From now: .*$/gm, ''));
      },
    ),
    runs(60),
  ),
);
