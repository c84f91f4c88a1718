import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followLinks } from './follow-links.ts';

const links: Readonly<Record<string, string>> = {
  '/lib': 'usr/lib',
  '/etc/default': '/lib/units/./default',
  '/usr/lib/up': '../../srv/..',
  '/round': '/about',
  '/about': 'round',
};
const readLink = (path: string): string | undefined => links[path];

test('links are followed wherever they stand in a path, relative and absolute ones', () => {
  assert.equal(followLinks('/lib/a', readLink), '/usr/lib/a');
  assert.equal(followLinks('/etc//default/b', readLink), '/usr/lib/units/default/b');
});

test('what leads above the root stays in it', () => {
  assert.equal(followLinks('/lib/up', readLink), '');
  assert.equal(followLinks('/../../x', readLink), '/x');
});

test('links that go round lead nowhere', () => {
  assert.equal(followLinks('/round/x', readLink), undefined);
});
