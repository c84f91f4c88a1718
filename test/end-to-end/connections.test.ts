import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { dial, Line } from './dial.ts';
import { startTysd, wanting, type Daemon } from './tysd.ts';

const unlimited = 'MaxConnections=1000\nTriggerLimitIntervalSec=0';
/** Says which connection it serves, then repeats a line. */
const echo = `ExecStart=/bin/sh -c 'echo %i; read line; echo "$line"'`;

let daemon: Daemon;
before(async () => {
  daemon = await startTysd({
    units: {
      'default.target': wanting('talk.socket', 'few.socket'),
      'talk.socket': `[Socket]\nListenStream=%t/talk\nAccept=yes\n${unlimited}\n`,
      'talk@.service': `[Service]\nStandardInput=socket\n${echo}\n`,
      'few.socket': '[Socket]\nListenStream=%t/few\nAccept=yes\nMaxConnections=2\n',
      'few@.service': `[Service]\nStandardInput=socket\n${echo}\n`,
    },
  });
});
after(() => daemon[Symbol.asyncDispose]());

async function counted(name: string): Promise<string> {
  const { NAccepted, NConnections, NRefused } = await daemon.properties(name);
  return `${NConnections} of ${NAccepted}, ${NRefused} refused`;
}

test('no connection is lost or served twice while the manager is killed again and again', async () => {
  const count = 60;
  const lines: Line[] = [];
  const numbers = new Set<number>();
  const killings = (async () => {
    for (let round = 0; round < 5; round += 1) await daemon.killManager();
  })();
  for (let index = 0; index < count; index += 1) {
    const line = await dial(daemon.path('talk'));
    lines.push(line);
    // Some wait until they are served, others come all at once.
    if (index % 6 === 0) numbers.add(Number.parseInt(await line.next(), 10));
  }
  for (const [index, line] of lines.entries()) if (index % 6 !== 0) numbers.add(Number.parseInt(await line.next(), 10));
  await killings;
  assert.deepEqual(
    [...numbers].toSorted((a, b) => a - b),
    Array.from({ length: count }, (_, index) => index),
  );
  await daemon.until('all connections to be counted', async () => (await counted('talk.socket')) === `${count} of ${count}, 0 refused`);
  await daemon.killManager();
  for (const [index, line] of lines.entries()) assert.equal(await line.say(`hello ${index}`), `hello ${index}`);
  await daemon.until('all instances to be gone', async () => (await counted('talk.socket')) === `0 of ${count}, 0 refused`);
  await daemon.until('no unit to be left', async () => {
    const units = await daemon.ask('units.list', { patterns: ['talk@*'] });
    return units.length === 0;
  });
});

test('connections beyond the limit are closed, and one that ends makes room for another', async () => {
  const first = await dial(daemon.path('few'));
  const second = await dial(daemon.path('few'));
  await first.next();
  await second.next();
  // It may be closed before the client has noticed that it is there.
  const third = await dial(daemon.path('few')).catch((error: NodeJS.ErrnoException) => error.code);
  if (third instanceof Line) await third.ended;
  else assert.equal(third, 'ECONNRESET');
  assert.equal(await counted('few.socket'), '2 of 2, 1 refused');
  assert.equal(await first.say('bye'), 'bye');
  await daemon.until('room for another', async () => (await counted('few.socket')).startsWith('1 of'));
  using fourth = await dial(daemon.path('few'));
  assert.match(await fourth.next(), /^2-/);
  second.close();
});
