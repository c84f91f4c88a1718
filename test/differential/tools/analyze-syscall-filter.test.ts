import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemCallSets } from '../../../src/unit/values/system-call-sets.ts';
import { ours, theirs, whyNoTools } from './twin.ts';

const skip = whyNoTools();
const younger: ReadonlySet<string> = new Set(Object.values(systemCallSets).flatMap((set) => set.younger?.split(' ') ?? []));

/** Without the calls that came to sets after 252. */
function asOld(text: string): readonly string[] {
  return text.split('\n').filter((line) => !younger.has(line.replace(/^(#  | {3}) /, '')));
}

for (const argv of [
  ...Object.keys(systemCallSets)
    .filter((set) => set !== '@sandbox')
    .map((set) => [set]),
  ['@clock', '@swap'],
  ['@clock', '@nonsense', '@swap'],
  ['clock'],
  [''],
]) {
  test(`systemd-analyze syscall-filter ${argv.join(' ')} prints the same, but for what came after 252`, { skip }, async () => {
    const call = { program: 'systemd-analyze', argv: ['syscall-filter', ...argv] };
    const [own, other] = [await ours(call), theirs(call)];
    assert.deepEqual({ ...own, out: asOld(own.out) }, { ...other, out: asOld(other.out) });
  });
}

test('all sets are listed, and the calls that are in none', { skip }, async () => {
  const call = { program: 'systemd-analyze', argv: ['syscall-filter'] };
  const [own, other] = [await ours(call), theirs(call)];
  const sandbox = '@sandbox\n    # Sandbox functionality\n\n';
  assert.deepEqual(asOld(own.out).join('\n').replace(sandbox, ''), asOld(other.out).join('\n'));
  assert.equal(own.status, other.status);
});
