import assert from 'node:assert/strict';
import { release } from 'node:os';
import { after, before, test } from 'node:test';
import { payload } from './payload.ts';
import { startTysd, type Daemon } from './tysd.ts';

/** A service whose first process names a child of itself as the main one, in one of payload.c's ways. */
const handsOver = (way: number) =>
  `[Service]\nType=notify\nNotifyAccess=all\nFileDescriptorStoreMax=5\nExecStart=${payload} hand-over ${way} wait\n`;

const ways = { id: 0, 'other-id': 1, pidfd: 2, 'no-pidfd': 3, 'no-descriptor': 4 };

let daemon: Daemon;
before(async () => {
  const services = Object.entries(ways).map(([name, way]) => [`${name}.service`, handsOver(way)]);
  daemon = await startTysd({ units: { 'default.target': '[Unit]\n', ...Object.fromEntries(services) } });
});
after(async () => daemon[Symbol.asyncDispose]());

/** The main process after the message, and the one that the message meant. */
async function mainOf(name: string): Promise<{ readonly main: number; readonly meant: number }> {
  assert.equal(await daemon.job('start', name), 'done');
  const { mainPid = 0, statusText } = await daemon.unit(name);
  return { main: mainPid, meant: Number(statusText) };
}

test('MAINPID= with the MAINPIDFDID= of the same process changes the main process', async () => {
  const { main, meant } = await mainOf('id.service');
  assert.equal(main, meant);
});

const [major = 0, minor = 0] = release().split('.').map(Number);
const needsPidfs = major > 6 || (major === 6 && minor >= 9) ? false : 'needs Linux 6.9, whose pidfds have ids';

test('MAINPID= with the MAINPIDFDID= of another process is refused', { skip: needsPidfs }, async () => {
  const { main, meant } = await mainOf('other-id.service');
  assert.notEqual(main, meant);
  await daemon.untilLog('other-id.service', (line) =>
    line.startsWith(`other-id.service: New main process ${meant} is refused: MAINPIDFDID=`),
  );
});

test('MAINPIDFD=1 names the main process by its pidfd, which is not stored', async () => {
  const { main, meant } = await mainOf('pidfd.service');
  assert.equal(main, meant);
  assert.equal((await daemon.properties('pidfd.service'))['NFileDescriptorStore'], '0');
});

for (const name of ['no-pidfd.service', 'no-descriptor.service']) {
  test(`MAINPIDFD=1 of ${name} changes nothing`, async () => {
    const { main, meant } = await mainOf(name);
    assert.notEqual(main, meant);
    await daemon.untilLog(name, (line) => line.startsWith(`${name}: MAINPIDFD=1 came with`));
  });
}
