import assert from 'node:assert/strict';

import * as fc from 'fast-check';

import { decodeJournalFrames } from '../../src/port/journal-wire.ts';
import { decodeKeeperFrames } from '../../src/port/wire.ts';
import { parseSwapTable } from '../../src/type/swap/parse.ts';
import { parseFstab } from '../../src/unit/fstab/entry.ts';
import { parseMountTable, topMount } from '../../src/type/mount/parse.ts';
import { target } from './target.ts';
import { bytesOf, mutated } from './text.ts';

const examples = [
  '29 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n36 29 0:33 /x\\040y /a\\134b ro - tmpfs tmp\\012fs rw\n',
  'Filename\tType\tSize\tUsed\tPriority\n/dev/sda2 partition 1 0 -2\n/swap\\040file file 1 0 5\n',
  'UUID=1-2 / ext4 defaults,x-systemd.requires=/a\\040b 0 1\n# remark\nLABEL=x /srv auto nofail\n/dev/sda2 none swap sw,pri=5\n',
  'SRC=/dev/sda1 TARGET=/mnt ROOT=/ OPTS=_netdev,user=ann\n',
  '\u0009\0\0\0\u0001\u0001\0\0\0\u0001\0\0\0',
  '\u0017\0\0\0\u0007\u0001\0\0\0\0\0\0\0\u0001\0\0\0\0\0\0\0\u0001\0\0\0\0\0\0\0\u0005\u0001\0\0\0a\0',
];

/** Tables of the kernel, which have paths that any user chose, and frames: each reader gives something, in time that grows with the length. */
export const tablesTarget = target('tables', fc.tuple(mutated(examples), mutated(examples)), ([text, other]) => {
  const start = performance.now();
  parseFstab(text);
  parseSwapTable(text);
  topMount(text, '/a');
  for (const [where, entry] of parseMountTable(text, other)) assert.ok(typeof where === 'string' && typeof entry === 'object');
  for (const decode of [decodeKeeperFrames, decodeJournalFrames]) {
    const decoded = decode(bytesOf(text));
    if (decoded.ok) assert.ok(decoded.value.rest.length <= text.length);
  }
  assert.ok(performance.now() - start < 5000);
});
