import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { childrenOf } from './processes.ts';
import { removeCgroup, startTysd } from './tysd.ts';

const execute = promisify(execFile);

test('the manager and the journal end when their keeper is killed', async () => {
  await using daemon = await startTysd({ units: { 'default.target': '' } });
  const { cgroupRoot } = await daemon.ask('manager.info', {});
  const servants = childrenOf(daemon.pid);
  daemon.signal('SIGKILL');
  // tail ends when the process that it is told to watch does.
  const ends = servants.map((pid) => execute('tail', [`--pid=${pid}`, '-s', '0.02', '-f', '/dev/null']));
  await daemon.within('the end of the manager and the journal', Promise.all(ends));
  await daemon.exited;
  // A keeper that is killed cannot clean up.
  rmSync(daemon.runtimeDirectory, { recursive: true });
  if (cgroupRoot !== '') removeCgroup(cgroupRoot);
});
