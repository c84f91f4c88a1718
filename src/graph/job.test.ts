import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { areConflicting, collapse, goesFirst, isRedundant, isSuperset, mergeTypes } from './job.ts';
import type { JobType, RequestType } from './job.ts';
import type { ActiveState } from './active-state.ts';

interface Corpus {
  readonly merge: readonly { readonly a: JobType; readonly b: JobType; readonly merged: RequestType | null; readonly conflict: boolean }[];
  readonly collapse: readonly {
    readonly type: RequestType;
    readonly unit_state: ActiveState | 'refreshing';
    readonly collapsed: JobType;
  }[];
  readonly redundant: readonly { readonly type: JobType; readonly unit_state: ActiveState; readonly redundant: boolean }[];
}

// The file is our own copy of the known cases, in this form.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const corpus = JSON.parse(readFileSync(new URL('../../test/corpus/job-types.json', import.meta.url), 'utf8')) as Corpus;

test('jobs merge and conflict as in the known cases', () => {
  for (const { a, b, merged, conflict } of corpus.merge) {
    assert.deepEqual([a, b, mergeTypes(a, b) ?? null, areConflicting(a, b)], [a, b, merged, conflict]);
  }
});

test('requests become jobs by the unit state as in the known cases', () => {
  for (const { type, unit_state: state, collapsed } of corpus.collapse) {
    // Newer systemd has a state that tysd does not: it counts as reloading.
    const active = state === 'refreshing' ? 'reloading' : state;
    assert.deepEqual([type, state, collapse(type, active)], [type, state, collapsed]);
  }
});

test('jobs are redundant as in the known cases', () => {
  for (const { type, unit_state: state, redundant } of corpus.redundant) {
    assert.deepEqual([type, state, isRedundant(type, state)], [type, state, redundant]);
  }
});

test('a job is a superset of what it merges with without changing', () => {
  assert.ok(isSuperset('restart', 'start'));
  assert.ok(isSuperset('start', 'verify-active'));
  assert.ok(!isSuperset('start', 'restart'));
  assert.ok(!isSuperset('start', 'stop'));
});

test('of two ordered units starts go in order, stops in reverse, and a stop before a start', () => {
  assert.equal(goesFirst('start', 'start'), 'a');
  assert.equal(goesFirst('stop', 'stop'), 'b');
  assert.equal(goesFirst('start', 'stop'), 'b');
  assert.equal(goesFirst('stop', 'start'), 'a');
  assert.equal(goesFirst('nop', 'start'), 'either');
});
