import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { encodeJournalHello } from '../../src/port/journal-wire.ts';
import { binary, shell, startKeeper } from './harness.ts';

/** The state that a keeper with something of each kind hands to the program that is to take its place, which here only writes it down. */
export async function stateOfKeeper({ inGroups }: { readonly inGroups: boolean }): Promise<Uint8Array> {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-state-'));
  const program = join(directory, 'tysd-keeper');
  const written = join(directory, 'state');
  copyFileSync(binary, program);
  try {
    await using keeper = await startKeeper([], true, ':', program);
    const manager = await keeper.manager();
    const journal = await keeper.journalSocket();
    journal.on('error', () => {}).resume();
    journal.write(encodeJournalHello(0));
    manager.do(
      { do: 'make-group', group: 'a.service', path: 'system.slice/a.service', mark: 'MARK=a' },
      { do: 'make-group', group: 'gone.service', path: 'gone.service', mark: 'MARK=gone' },
      { do: 'put', key: 'unit/a.service', bytes: new Uint8Array([1, 2, 3]) },
      { do: 'journal', record: '{"MESSAGE":"a"}' },
      {
        do: 'run',
        child: 1,
        group: '',
        plan: [
          { op: 'pipe', readSlot: 0, writeSlot: 1 },
          { op: 'keep', slot: 0, name: 'reads' },
          { op: 'keep', slot: 1, name: 'writes' },
        ],
      },
      {
        do: 'run',
        child: 2,
        group: inGroups ? 'a.service' : '',
        plan: [
          { op: 'output', slot: 5, stream: 1n, meta: '{"UNIT":"a.service"}' },
          { op: 'dup', slot: 5, number: 1 },
          ...shell('echo one; exec sleep 1000'),
        ],
      },
      { do: 'run', child: 3, group: inGroups ? 'gone.service' : '', plan: shell('exec sleep 1000') },
      { do: 'run', child: 4, group: '', plan: [{ op: 'output', slot: 1, stream: 2n, meta: 'b' }] },
    );
    await manager.event('exited', ({ child }) => child === 1);
    await manager.event('exited', ({ child }) => child === 4);
    manager.do(
      { do: 'accept', name: 'reads', as: 'accepted', count: 8 },
      { do: 'watch-hangup', name: 'reads' },
      { do: 'watch-group', group: 'a.service' },
      { do: 'remove-group', group: 'gone.service' },
    );
    writeFileSync(
      `${program}.new`,
      `#!/bin/sh\nfor word; do case $word in --check-state=*) cat </proc/self/fd/\${word#*=} >${written};; esac; done\nexit 1\n`,
    );
    chmodSync(`${program}.new`, 0o755);
    renameSync(`${program}.new`, program);
    manager.do({ do: 'replace' });
    while (!keeper.stderr().includes('the old one goes on')) await once(keeper.process.stderr ?? keeper.process, 'data');
    if (!existsSync(written)) throw new Error(keeper.stderr());
    const next = await keeper.manager();
    for (const child of [2, 3]) next.do({ do: 'signal', child, signal: 9 });
    return new Uint8Array(readFileSync(written));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
