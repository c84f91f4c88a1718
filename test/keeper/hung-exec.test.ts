import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { binary, shell, startKeeper } from './harness.ts';
import { buildOther, programDirectory } from './other-program.ts';

/** A keeper that waits for an exec for ever, and a program that hangs in one. */
function buildBoth() {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-hung-'));
  const hanging = join(directory, 'hang-exec');
  const built = spawnSync('cc', ['-O1', '-o', hanging, join(import.meta.dirname, 'hang-exec.c')], { encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr);
  return {
    patient: buildOther(directory, 'UNSURE_USEC=3600000000u'),
    hanging,
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** A keeper with a group whose only process is an orphan in the middle of an exec, and a new program for it. */
async function startHung({ patient, hanging }: { readonly patient: string; readonly hanging: string }, then: string) {
  const program = programDirectory(patient);
  const keeper = await startKeeper([], false, ':', program.path);
  const [ready, gate] = [join(keeper.directory, 'ready'), join(keeper.directory, 'gate')];
  assert.equal(spawnSync('mkfifo', [ready, gate]).status, 0);
  const manager = await keeper.manager();
  const begin = `setsid ${hanging} ${ready} ${gate} '${then}' & read line <${ready}; echo $! >${keeper.directory}/pid`;
  manager.do(
    { do: 'make-group', group: 'a', path: 'a.service', mark: 'MARK=a' },
    { do: 'run', child: 1, group: 'a', plan: shell(begin, ['MARK=a']) },
  );
  const { exit } = await manager.event('exited');
  assert.deepEqual([exit.status, exit.groupEmpty], [0, false]);
  return {
    keeper,
    program,
    manager,
    pid: Number(readFileSync(join(keeper.directory, 'pid'), 'utf8')),
    goOn: () => writeFileSync(gate, '\n'),
    [Symbol.asyncDispose]: async () => {
      await keeper[Symbol.asyncDispose]();
      program[Symbol.dispose]();
    },
  };
}

test('an orphan in the middle of an exec is of its group once that is over, and gets the signal that it missed', async (context) => {
  using built = buildBoth();
  await context.test('from the keeper that found it', async () => {
    await using hung = await startHung(built, 'exec sleep 1000');
    hung.manager.do({ do: 'signal-group', group: 'a', signal: 15, except: [] }, { do: 'watch-group', group: 'a' });
    hung.goOn();
    await hung.manager.event('group-empty');
  });
  await context.test('from the keeper that takes its place', async () => {
    await using hung = await startHung(built, 'exec sleep 1000');
    hung.program.replaceBy(built.patient);
    hung.manager.do({ do: 'signal-group', group: 'a', signal: 15, except: [] }, { do: 'watch-group', group: 'a' }, { do: 'replace' });
    const next = await hung.keeper.manager();
    assert.ok(existsSync(`/proc/${hung.pid}`));
    hung.goOn();
    await next.event('group-empty');
  });
  await context.test('and an exec that hangs keeps a group from being empty for some time only, the next keeper’s too', async () => {
    await using hung = await startHung(built, 'exec sleep 1000');
    hung.program.replaceBy(binary);
    hung.manager.do({ do: 'watch-group', group: 'a' }, { do: 'replace' });
    const next = await hung.keeper.manager();
    await next.event('group-empty');
    assert.equal(
      hung.manager.events.some(({ event }) => event === 'group-empty'),
      false,
    );
    assert.ok(existsSync(`/proc/${hung.pid}`), 'it hangs still');
  });
});
