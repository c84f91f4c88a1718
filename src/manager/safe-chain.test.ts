import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { FileStat } from '../port/files.ts';
import { followSafely } from './safe-chain.ts';

const root = 0;
const ann = 1000;
const bob = 1001;

type Node = readonly [uid: number, target?: string];

/** Files by path: whose each is, and where it leads to if it is a symlink. */
function followed(path: string, nodes: Readonly<Record<string, Node>>): number | undefined {
  const at = (each: string): Node | undefined => (each === '/' ? [root] : nodes[each]);
  const stat = (each: string): FileStat => {
    const node = at(each);
    const kind = node === undefined ? 'missing' : node[1] === undefined ? 'file' : 'symlink';
    return { kind, size: 0, mode: 0, uid: node?.[0] ?? 0, mtimeUsec: 0, inode: 0, device: 0, rdev: 0n };
  };
  return followSafely({ stat, readLink: (each) => at(each)?.[1] }, path)?.uid;
}

test('a path is followed as long as no user leads to what is another’s', () => {
  const nodes: Readonly<Record<string, Node>> = {
    '/run': [root],
    '/run/a.pid': [root],
    '/run/link': [root, 'a.pid'],
    '/run/ann': [ann],
    '/run/ann/own': [ann],
    '/run/ann/to-own': [ann, './own'],
    '/run/ann/root-file': [root],
    '/run/ann/up': [ann, '../a.pid'],
    '/run/ann/absolute': [ann, '/run/a.pid'],
    '/run/ann/d': [ann, '/run'],
    '/run/ann/bob': [bob],
    '/run/to-ann': [root, '/run/ann'],
    '/run/circle': [root, 'circle'],
  };
  const outcomes = {
    '/run/a.pid': root,
    '/run/../run//./a.pid': root,
    '/run/link': root,
    '/run/ann/own': ann,
    '/run/ann/to-own': ann,
    '/run/to-ann/own': ann,
    '/run/ann/root-file': undefined,
    '/run/ann/up': undefined,
    '/run/ann/absolute': undefined,
    '/run/ann/d/a.pid': undefined,
    '/run/ann/bob': undefined,
    '/run/circle': undefined,
    '/run/none': undefined,
  };
  assert.deepEqual(Object.fromEntries(Object.keys(outcomes).map((path) => [path, followed(path, nodes)])), outcomes);
});
