import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daemonAccount, mainRequest, plan, rootContext, serviceConfig } from '../../test/exec/example.ts';
import { causeOf } from './causes.ts';

test('each op of a plan is there for a setting of the unit, or for none where every process gets it', () => {
  const config = serviceConfig({
    User: 'daemon',
    Nice: 5,
    UMask: 0o077,
    StandardOutput: { kind: 'null' },
    Limits: { CORE: { soft: 0, hard: 0 } },
    RuntimeDirectory: [{ path: 'a', symlinks: [] }],
  });
  const request = mainRequest(config);
  const causes = plan(request, { ...rootContext, account: daemonAccount }).map((op) => [op.op, causeOf(op, request)]);
  assert.deepEqual(
    causes.filter(([, cause]) => cause !== undefined),
    [
      ['open', 'StandardOutput'],
      ['dup', 'StandardOutput'],
      // Standard error is the same.
      ['dup', 'StandardOutput'],
      ['nice', 'Nice'],
      ['directory', 'RuntimeDirectory'],
      ['keyring', 'User'],
      ['umask', 'UMask'],
      ['rlimit', 'LimitCORE'],
      ['groups', 'User'],
      ['gid', 'User'],
      ['uid', 'User'],
      ['exec', 'ExecStart'],
    ],
  );
});
