// Preloaded into the manager and the journal of a tysd under test (BUN_OPTIONS): commits the fault that the file `fault` in $E2E_OF names,
// in the process that it names, once it is written: `manager throw`.
import { existsSync, readFileSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';

const directory = process.env['E2E_OF'] ?? '/nonexistent';
const role = process.argv.find((word) => word.startsWith('--process='))?.slice('--process='.length);
const path = join(directory, 'fault');
const held: Uint8Array[] = [];

const faults: Readonly<Record<string, () => void>> = {
  throw: () => {
    throw new Error('a fault that the test wants');
  },
  reject: () => void Promise.reject(new Error('a rejection that the test wants')),
  hang: () => {
    for (;;) {}
  },
  // Until there is no memory left, whoever says so.
  allocate: () => {
    for (;;) held.push(new Uint8Array(16 << 20).fill(1));
  },
};

function commit(): void {
  const [who, fault, how] = (existsSync(path) ? readFileSync(path, 'utf8').trim() : '').split(' ');
  if (who !== role || fault === undefined) return;
  // One that stays hits the next as well.
  if (how !== 'always') rmSync(path);
  faults[fault]?.();
}

if (role !== undefined) {
  // First: what is written between the two would be missed.
  watch(directory, { persistent: false }, (_, name) => {
    if (name === 'fault') commit();
  });
  commit();
}
