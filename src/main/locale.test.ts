import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeFiles } from '../port/files-fake.ts';
import { systemLocale } from './locale.ts';

test('the locale is that of locale.conf, and C with UTF-8 where nothing is configured', () => {
  assert.deepEqual(systemLocale(new FakeFiles({})), ['LANG=C.UTF-8']);
  assert.deepEqual(systemLocale(new FakeFiles({ '/etc/locale.conf': '# none\nLANG=\n' })), ['LANG=C.UTF-8']);
  assert.deepEqual(systemLocale(new FakeFiles({ '/etc/locale.conf': 'LANG="de_DE.UTF-8"\nLC_TIME=C\nPATH=/evil\n' })), [
    'LANG=de_DE.UTF-8',
    'LC_TIME=C',
  ]);
});
