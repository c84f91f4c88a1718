import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpus, field, text } from '../../../test/corpus/corpus.ts';
import type { LocalZone } from './time-zone.ts';
import { parseTimestamp } from './timestamp.ts';

const utc: LocalZone = { name: 'UTC' };
const usec = Date.UTC(2026, 10, 22, 9, 30) * 1000;
/** The zones that systemd's own test goes through have these abbreviations. */
const localZones: Readonly<Record<string, LocalZone>> = {
  JST: { name: 'Asia/Tokyo', standard: 'JST', daylight: 'JDT' },
  EST: { name: 'America/New_York', standard: 'EST', daylight: 'EDT' },
};

test('every known timestamp is read', () => {
  const cases = corpus('timestamp');
  assert.equal(cases.length, 90);
  // Two records are relative to the clock of that test; the next test has them.
  const fixed = cases.filter((record) => typeof record['expected'] === 'number');
  assert.equal(fixed.length, 87);
  for (const record of fixed) {
    const input = text(record, 'input');
    const zone = localZones[input.slice(-3)] ?? utc;
    const parsed = parseTimestamp(input, { usec, zone });
    assert.equal(parsed.ok ? parsed.value : parsed.error.message, field(record, 'expected'), input);
  }
});

test('words and spans count from now', () => {
  const values: Readonly<Record<string, number>> = {
    now: usec,
    today: Date.UTC(2026, 10, 22) * 1000,
    yesterday: Date.UTC(2026, 10, 21) * 1000,
    tomorrow: Date.UTC(2026, 10, 23) * 1000,
    '-10days': usec - 10 * 86_400_000_000,
    '+5min': usec + 300_000_000,
    '5min ago': usec - 300_000_000,
    '2h left': usec + 7_200_000_000,
    '@1493187147': 1_493_187_147_000_000,
    '@1.5': 1_500_000,
    '12:00': Date.UTC(2026, 10, 22, 12) * 1000,
    '2026-03-29 02:30 Europe/Berlin': Date.UTC(2026, 2, 29, 1, 30) * 1000,
  };
  for (const [input, expected] of Object.entries(values)) {
    const parsed = parseTimestamp(input, { usec, zone: utc });
    assert.equal(parsed.ok ? parsed.value : parsed.error.message, expected, input);
  }
});

test('what is no time, or no time that can be, is refused', () => {
  for (const input of [
    'show',
    '',
    'Fri 2026-11-22',
    '2026-13-01',
    '2026-11-22 24:00',
    '12',
    'Sun',
    '1969-01-01 00:00 UTC',
    '2026-11-22 12:00 Mars/Olympus',
    'now UTC+',
    '--5s',
  ]) {
    assert.equal(parseTimestamp(input, { usec, zone: utc }).ok, false, input);
  }
});
