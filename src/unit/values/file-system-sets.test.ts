import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialValues } from '../settings/parts.ts';
import { sandboxTable } from '../shown/sandbox.ts';
import { restrictedFileSystems } from './file-system-sets.ts';

const list = (text: string) => ({ invert: text.startsWith('~'), names: text.replace('~', '').split(' ') });

/** How the lines are shown, and which sets in them there are not. */
function of(...lines: readonly string[]): readonly unknown[] {
  const RestrictFileSystems = lines.map(list);
  const { unknownSets } = restrictedFileSystems(RestrictFileSystems);
  return [sandboxTable['RestrictFileSystems']?.({ ...initialValues.exec, RestrictFileSystems }), unknownSets];
}

test('lines on file systems are one list of the kind of the first, in which sets are what is in them; so it is shown', () => {
  assert.deepEqual(
    [of(), of('tmpfs ext4', 'proc'), of('~tmpfs ext4', 'tmpfs'), of('ext4', '~ext4'), of('@temporary @no x', '~tmpfs')],
    [
      ['~', []],
      ['ext4 proc tmpfs', []],
      ['~ext4', []],
      ['', []],
      ['ramfs x', ['@no']],
    ],
  );
});
