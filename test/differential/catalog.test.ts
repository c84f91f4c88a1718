import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createTimeText } from '../../src/base/timestamp.ts';
import { messageIds } from '../../src/graph/message-ids.ts';
import { readCatalog } from '../../src/journal/output/catalog-files.ts';
import { createFormat } from '../../src/journal/output/output.ts';
import { Tree } from '../unit/tree.ts';
import { systemdImage, whyNoImage } from '../system/image.ts';

/** What the journal says of itself. */
const suppressed = 'a596d6fe7bfa4994828e72309e95d61e';

/** The fields that an explanation of systemd's names, by id. */
function theirFields(): ReadonlyMap<string, readonly string[]> {
  const text = readFileSync(join(systemdImage(), 'usr/lib/systemd/catalog/systemd.catalog'), 'utf8');
  const parts = text.split(/^-- (?=[0-9a-f]{32}$)/m).slice(1);
  return new Map(parts.map((part) => [part.slice(0, 32), namesIn(part)]));
}

function namesIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/@([A-Z_]+)@/g)].map(([, name = '']) => name))].toSorted();
}

/** The fields that ours names: each is shown as its name. */
function ourFields(id: string): readonly string[] {
  const names =
    'UNIT JOB_ID JOB_RESULT UNIT_RESULT COMMAND EXIT_CODE EXIT_STATUS N_RESTARTS USERSPACE_USEC EXECUTABLE ERRNO N_DROPPED'.split(' ');
  const format = createFormat('short', {
    time: createTimeText(true),
    journalId: 'id',
    all: false,
    hostname: true,
    color: false,
    columns: undefined,
    unicode: true,
    highlight: undefined,
    fields: undefined,
    explained: { mark: '--', catalog: readCatalog(new Tree({}), '', []) },
  });
  const text = format(
    {
      id: 1,
      realtimeUsec: 0,
      monotonicUsec: 0,
      priority: 6,
      message: '',
      origin: { identifier: '', fields: {} },
      extra: [['MESSAGE_ID', id], ...names.map((name) => [name, `@${name}@`] as const)],
    },
    undefined,
  );
  return namesIn(String(text));
}

/** Fields that only one of both explanations names. */
const known: Readonly<Record<string, readonly string[]>> = {
  // A result says more than that there is one.
  unitStarted: ['+JOB_RESULT'],
  // It is always the same.
  unitSkipped: ['-UNIT_RESULT'],
  restartScheduled: ['+N_RESTARTS'],
  spawnFailed: ['+UNIT'],
  // Of a machine, systemd adds up what came before it.
  startupFinished: ['-INITRD_USEC', '-KERNEL_USEC'],
  // Whose manager it is, is known to who asks it.
  userStartupFinished: ['-_UID'],
  suppressed: ['+N_DROPPED'],
};

describe('explanations of messages', { skip: whyNoImage() ?? false }, () => {
  test('systemd knows the same ids, and its texts name the same fields of the entries', () => {
    const theirs = theirFields();
    for (const [name, id] of Object.entries({ ...messageIds, suppressed })) {
      const [a, b] = [theirs.get(id), ourFields(id)];
      assert.ok(a !== undefined, `systemd does not know ${name}`);
      const differs = [
        ...b.filter((field) => !a.includes(field)).map((field) => `+${field}`),
        ...a.filter((field) => !b.includes(field)).map((field) => `-${field}`),
      ];
      assert.deepEqual([name, differs], [name, known[name] ?? []]);
    }
  });
});
