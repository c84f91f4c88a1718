import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assignMarkers, type Marker } from './markers.ts';

const cases: readonly (readonly [readonly Marker[], string, readonly Marker[] | string])[] = [
  [[], 'needs-restart  needs-reload', ['needs-reload', 'needs-restart']],
  [['needs-reload'], 'needs-restart', ['needs-restart']],
  [['needs-restart'], '+needs-reload', ['needs-reload', 'needs-restart']],
  [['needs-reload', 'needs-restart'], '-needs-reload', ['needs-restart']],
  [['needs-reload'], ' ', ['needs-reload']],
  [[], '+needs-reload needs-restart', 'Bad marker syntax.'],
  [[], '+', 'Unknown marker "".'],
  [[], 'needs-coffee', 'Unknown marker "needs-coffee".'],
];

for (const [before, value, expected] of cases) {
  test(`Markers=${value} on ${before.join(' ') || 'none'}`, () => {
    const assigned = assignMarkers(before, value);
    assert.deepEqual(assigned.ok ? assigned.value : assigned.error, expected);
  });
}
