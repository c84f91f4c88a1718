import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpus, field, followed, text } from '../../../test/corpus/corpus.ts';
import { contextOf, taken } from '../../../test/corpus/value-context.ts';
import { formatCalendar } from './calendar-format.ts';
import { nextElapse } from './calendar-next.ts';
import { calendar, parseCalendar } from './calendar.ts';

test('every known calendar expression has its normal form', () => {
  const cases = corpus('calendar-normalize');
  assert.equal(cases.length, 22);
  for (const record of cases)
    assert.equal(formatCalendar(taken(calendar, text(record, 'input'))), text(record, 'normalized'), text(record, 'input'));
});

test('a normal form is its own normal form', () => {
  for (const record of corpus('calendar-normalize')) {
    assert.equal(formatCalendar(taken(calendar, text(record, 'normalized'))), text(record, 'normalized'));
  }
});

test('every calendar expression that is known to be wrong is refused', () => {
  const cases = corpus('calendar-invalid');
  assert.equal(cases.length, 17);
  for (const record of cases) assert.equal(parseCalendar(text(record, 'input')).ok, false, text(record, 'input'));
});

test('every known next elapse is found', () => {
  const cases = followed(corpus('calendar-next'));
  assert.equal(cases.length, 21);
  for (const record of cases) {
    const local = text(record, 'tz');
    const next = nextElapse(taken(calendar, text(record, 'input')), Number(field(record, 'after_usec')), local === '' ? 'UTC' : local);
    assert.equal(next ?? null, field(record, 'next_usec'), text(record, 'input'));
  }
});

// What `systemd-analyze calendar` of 252 says.
const measured: Readonly<Record<string, string | undefined>> = {
  '*:0/1,3:0': '*-*-* *:00/1,03:00',
  '*:0:0/1,3.5,5': '*-*-* *:00:*',
  '*:0:1/1,3': '*-*-* *:00:01/1,03',
  'Mon-Wed 12:00': 'Mon..Wed *-*-* 12:00:00',
  'Mon,': 'Mon *-*-* 00:00:00',
  'mon..fri, 12:00': 'Mon..Fri *-*-* 12:00:00',
  '*-2..2-1': '*-02-01 00:00:00',
  'bi-annually': '*-01,07-01 00:00:00',
  '12:00 utc': '*-*-* 12:00:00 UTC',
  '0:0:1.0000009': '*-*-* 00:00:01.000001',
  '0-1-1': '2000-01-01 00:00:00',
  '*-1,1,1-1': '*-01-01 00:00:00',
  '*-*~1..3': '*-*~01..03 00:00:00',
  'Mon..Mon': 'Mon *-*-* 00:00:00',
  '*:0/5,2..8/3:0': '*-*-* *:00/5,02..08/3:00',
  'Mon..Fri,Sun 2024-1/2-1..10/3 1:2:3.5': 'Mon..Fri,Sun 2024-01/2-01..10/3 01:02:03.500000',
  '100-1-1': undefined,
  '2200-1-1': undefined,
  '*-*-* *:*:*.5': undefined,
  '0:0:0..0.5': undefined,
  '12:00 europe/berlin': undefined,
  '*-*-5..2': undefined,
  '0:0:59.9999999': undefined,
  'Sat..Mon': undefined,
  '  Mon  12:00': undefined,
  'Mon  12:00 ': undefined,
  '+1:0': undefined,
  '12:00Z': undefined,
};

test('expressions that were measured with systemd 252 have its normal forms', () => {
  for (const [input, normal] of Object.entries(measured)) {
    const parsed = parseCalendar(input);
    assert.equal(parsed.ok ? formatCalendar(parsed.value) : undefined, normal, input);
  }
});

test('steps of a wildcard begin at the least value of the field', () => {
  assert.equal(formatCalendar(taken(calendar, '*-*/3-* *:*/20')), '*-01/3-* *:00/20:00');
});

test('a refused expression tells where it went wrong', () => {
  const parsed = calendar('Mon *-*-x 12:00', contextOf());
  assert.deepEqual(parsed, {
    ok: false,
    error: { message: 'expected a calendar expression such as Mon..Fri *-*-* 10:00:00 or daily', offset: 8 },
  });
});

test('when clocks go back, an hour that comes twice counts once', () => {
  // Measured: systemd-analyze calendar --base-time='2026-10-24 23:40 UTC' '*:0/30 Europe/Berlin'.
  assert.deepEqual(elapses('*:0/30 Europe/Berlin', '2026-10-24T23:40Z', 4), [
    '2026-10-25T00:00:00.000Z',
    '2026-10-25T00:30:00.000Z',
    '2026-10-25T02:00:00.000Z',
    '2026-10-25T02:30:00.000Z',
  ]);
  assert.deepEqual(elapses('*:0/30 Europe/Berlin', '2026-10-25T01:10Z', 1), ['2026-10-25T01:30:00.000Z']);
});

test('when clocks go forward, a time that they jump over is left out', () => {
  assert.deepEqual(elapses('*-*-* 02:30 Europe/Berlin', '2026-03-29T00:10Z', 2), ['2026-03-30T00:30:00.000Z', '2026-03-31T00:30:00.000Z']);
  assert.deepEqual(elapses('*-*-* 02..03:30 Europe/Berlin', '2026-03-29T00:10Z', 2), [
    '2026-03-29T01:30:00.000Z',
    '2026-03-30T00:30:00.000Z',
  ]);
});

test('a time in a gap of half an hour is left out, and the search goes on', () => {
  assert.deepEqual(elapses('2:15,45:59.5 Australia/Lord_Howe', '2026-10-03T12:00Z', 2), [
    '2026-10-03T15:45:59.500Z',
    '2026-10-04T15:15:59.500Z',
  ]);
});

test('an abbreviation of the local zone is a fixed offset', () => {
  const parsed = parseCalendar('*-*-* 12:00 CEST', { name: 'Europe/Berlin', standard: 'CET', daylight: 'CEST' });
  assert.ok(parsed.ok);
  assert.equal(formatCalendar(parsed.value), '*-*-* 12:00:00 CEST');
  assert.equal(nextElapse(parsed.value, Date.UTC(2026, 0, 1) * 1000, 'Europe/Berlin'), Date.UTC(2026, 0, 1, 10) * 1000);
});

function elapses(expression: string, after: string, count: number): readonly string[] {
  const parsed = taken(calendar, expression);
  const found: string[] = [];
  for (let usec = Date.parse(after) * 1000; found.length < count;) {
    usec = nextElapse(parsed, usec, 'UTC') ?? Number.NaN;
    found.push(new Date(usec / 1000).toISOString());
  }
  return found;
}
