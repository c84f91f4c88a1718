import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeFiles } from '../port/files-fake.ts';
import { opsHash } from '../exec/ops-hash.ts';
import { interfaceOf } from '../port/wire-version.ts';
import { checkKeeper } from './keeper-interface.ts';

const keeperInterface = interfaceOf(opsHash);
const files = new FakeFiles({
  '/own': `\x7fELF code ${keeperInterface}; more`,
  '/next': `\x7fELF code ${keeperInterface}0; more`,
  '/other': '\x7fELF code tysd-keeper interface 1.2a.9; more',
  '/old': '\x7fELF code',
  '/script': '#!/bin/sh\nexec valgrind tysd-keeper "$@"\n',
});

test('a keeper that was built for another tysd is known by what stands in its program', () => {
  const own = keeperInterface.replace('tysd-keeper interface ', '');
  assert.deepEqual(['/own', '/next', '/other', '/old', '/script'].map(said), ['fits', `${own}0`, '1.2a.9', 'an older one', 'fits']);
});

function said(path: string): string {
  const checked = checkKeeper(files, path);
  return checked.ok ? 'fits' : (/^\S+ was built for another tysd \(interface (.*?), not /.exec(checked.error)?.[1] ?? checked.error);
}
