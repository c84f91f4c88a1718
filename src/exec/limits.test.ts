import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootContext } from '../../test/exec/example.ts';
import { plainExec } from '../../test/unit/config.ts';
import { limitOps } from './limits.ts';

test('a limit of the unit wins over the default of the manager, and no limit is the largest number', () => {
  const exec = { ...plainExec, Limits: { NOFILE: { soft: 5, hard: Infinity } } };
  const context = { ...rootContext, limits: { NOFILE: { soft: 1024, hard: 524288 }, CORE: { soft: 0, hard: 10 } } };
  assert.deepEqual(limitOps(exec, context), [
    { op: 'rlimit', resource: 4, soft: 0n, hard: 10n },
    { op: 'rlimit', resource: 7, soft: 5n, hard: 0xffff_ffff_ffff_ffffn, setting: 'LimitNOFILE' },
  ]);
});

test('new defaults of the manager reach units that were started before', () => {
  assert.deepEqual(limitOps(plainExec, rootContext), [{ op: 'rlimit', resource: 7, soft: 1024n, hard: 524288n }]);
  assert.deepEqual(limitOps(plainExec, { ...rootContext, limits: {} }), []);
});
