import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { field } from '../../test/corpus/corpus.ts';
import { dropInDirectories } from './drop-in-names.ts';

// The two other cases of dropin-order.json are about files in these directories; the loader's tests have them.
test('an instance reads the directories that systemd 252 was seen to read, in its order', () => {
  const { cases } = JSON.parse(readFileSync(new URL('../../test/corpus/dropin-order.json', import.meta.url), 'utf8'));
  assert.deepEqual(dropInDirectories([String(field(cases, 0, 'unit'))]).slice(0, -1), field(cases, 0, 'precedence'));
});

test('a plain unit reads its own directory, those of its dash-truncated names and that of its type', () => {
  assert.deepEqual(dropInDirectories(['a-b-c.service']), ['a-b-c.service.d', 'a-b-.service.d', 'a-.service.d', 'service.d']);
});

test('a dash at the end is chopped once before truncating, and one at the beginning ends it', () => {
  assert.deepEqual(dropInDirectories(['foo-bar-.service']), ['foo-bar-.service.d', 'foo-.service.d', 'service.d']);
  assert.deepEqual(dropInDirectories(['-.mount']), ['-.mount.d', 'mount.d']);
});

test('aliases come behind the own name, and types behind all', () => {
  assert.deepEqual(dropInDirectories(['a-b.service', 'c.service']), ['a-b.service.d', 'a-.service.d', 'c.service.d', 'service.d']);
});
