import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeFiles } from '../port/files-fake.ts';
import { serviceOf } from '../../test/unit/config.ts';
import { credentialSources } from './credential-sources.ts';

const files = new FakeFiles({
  '/received/db.password': 'x',
  '/received/db.user': 'x',
  '/received/other': 'x',
  '/etc/credstore/db.host': 'x',
  '/etc/keys/a': 'x',
  '/etc/keys/deep/b': 'x',
});

function sources(settings: Parameters<typeof serviceOf>[1], scope: 'system' | 'user' = 'system') {
  const options = { files, scope, ownEnvironment: { CREDENTIALS_DIRECTORY: '/received' } };
  return credentialSources(options, serviceOf({}, settings).exec).map(({ name, paths, optional }) => [name, paths.join(' '), optional]);
}

test('ImportCredential= takes what the manager was given and what the stores have, under their names or others', () => {
  assert.deepEqual(sources({ exec: { ImportCredential: ['db.*'] } }), [
    ['db.password', '/received/db.password', true],
    ['db.user', '/received/db.user', true],
    ['db.host', '/etc/credstore/db.host', true],
  ]);
  assert.deepEqual(
    sources({ exec: { ImportCredential: ['db.*:web.'] } }).map(([name]) => name),
    ['web.password', 'web.user', 'web.host'],
  );
});

test('ImportCredential= does not look outside of the stores, and a user has none but what it was given', () => {
  assert.deepEqual(sources({ exec: { ImportCredential: ['../etc/keys/a', '/etc/keys/*'] } }), []);
  assert.deepEqual(
    sources({ exec: { ImportCredential: ['db.host'] } }, 'user').map(([name]) => name),
    [],
  );
});

test('LoadCredential= takes a file, each file of a directory, or what a store has by that name', () => {
  assert.deepEqual(sources({ exec: { LoadCredential: ['one:/etc/keys/a', 'all:/etc/keys', 'other'] } }), [
    ['one', '/etc/keys/a', false],
    ['all_a', '/etc/keys/a', true],
    ['all_deep_b', '/etc/keys/deep/b', true],
    ['other', '/received/other /etc/credstore/other /run/credstore/other /usr/local/lib/credstore/other /usr/lib/credstore/other', true],
  ]);
});
