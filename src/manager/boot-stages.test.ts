import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeFiles } from '../port/files-fake.ts';
import { timesBefore } from './boot-stages.ts';

const started = { monotonicUsec: 5_000_000, realtimeUsec: 1_000_000_000 };
const kernel = { monotonicUsec: 0, realtimeUsec: 995_000_000 };

function variables(texts: Readonly<Record<string, string>>): FakeFiles {
  const files = new FakeFiles();
  for (const [name, text] of Object.entries(texts)) {
    const bytes = Buffer.concat([Buffer.from([6, 0, 0, 0]), Buffer.from(`${text}\0`, 'utf16le')]);
    files.write(`/sys/firmware/efi/efivars/${name}-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f`, bytes);
  }
  return files;
}

const machine = { init: true, container: false, scope: 'system' } as const;

test('the firmware and the boot loader are counted back from the kernel, by what the loader has left in variables', () => {
  const files = variables({ LoaderTimeInitUSec: '2000000', LoaderTimeExecUSec: '3500000' });
  assert.deepEqual(timesBefore({ ...machine, files }, started), {
    firmware: { monotonicUsec: 3_500_000, realtimeUsec: 991_500_000 },
    loader: { monotonicUsec: 1_500_000, realtimeUsec: 993_500_000 },
    kernel,
  });
});

test('without these variables, or with absurd ones, there is the kernel alone', () => {
  const absurd = [
    {},
    { LoaderTimeInitUSec: '5', LoaderTimeExecUSec: '4' },
    { LoaderTimeInitUSec: 'x', LoaderTimeExecUSec: '9'.repeat(18) },
  ];
  for (const texts of absurd) assert.deepEqual(timesBefore({ ...machine, files: variables(texts) }, started), { kernel });
});

test('where tysd is not process 1 of a machine nothing was before it', () => {
  const files = variables({ LoaderTimeInitUSec: '2000000', LoaderTimeExecUSec: '3500000' });
  for (const other of [{ init: false }, { container: true }, { scope: 'user' as const }])
    assert.deepEqual(timesBefore({ ...machine, files, ...other }, started), {});
});
