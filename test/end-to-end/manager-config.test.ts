import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTysd, wanting } from './tysd.ts';

test('what [Manager] says of the console and of reloads is carried out', async () => {
  using file = configured(
    'LogTime=yes\nStatusUnitFormat=name\nReloadLimitIntervalSec=1h\nReloadLimitBurst=2\nTimerSlackNSec=77us\nNonsense=1',
  );
  await using daemon = await startTysd({
    units: {
      'default.target': wanting('a.service'),
      'a.service':
        '[Unit]\nDescription=The letter A\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=cat /proc/self/timerslack_ns\n',
    },
    options: [`--config=${file.path}`, '--show-status'],
  });
  await daemon.untilConsole(/Finished a\.service\./);
  assert.match(daemon.console, /^\w{3} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ tysd: .*unknown key Nonsense=/m);
  await daemon.untilLog('a.service', (line) => line === '77000');
  const { out } = await daemon.tysctl('plan', 'a.service');
  assert.match(out, new RegExp(`timer-slack .*${file.path}:6`));
  const reloads = [await daemon.tysctl('daemon-reload'), await daemon.tysctl('daemon-reload'), await daemon.tysctl('daemon-reload')];
  assert.deepEqual(
    reloads.map(({ status, err }) => [status, err]),
    [
      [0, ''],
      [0, ''],
      [1, 'Failed to reload daemon: Reload() request rejected due to rate limit.\n'],
    ],
  );
});

function configured(lines: string): Disposable & { readonly path: string } {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-config-'));
  const path = join(directory, 'tysd.conf');
  writeFileSync(path, `[Manager]\n${lines}\n`);
  return { path, [Symbol.dispose]: () => rmSync(directory, { recursive: true }) };
}
