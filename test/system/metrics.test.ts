import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { connect } from 'node:net';
import { join } from 'node:path';
import { startTysd, wanting } from '../end-to-end/tysd.ts';
import { debianImage, whyNoImage } from './image.ts';

/** What a server on a unix socket answers to GET. */
function get(socket: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const client = connect(socket, () => client.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`));
    client.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    client.on('end', () => resolve(text));
    client.on('error', reject);
  });
}

/** The first answer that comes. */
async function eventually<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

test('promtool finds nothing wrong with the metrics of a tysd that runs', { skip: whyNoImage() ?? false }, async () => {
  const image = debianImage(['prometheus'], { systemd: false });
  const directory = mkdtempSync(join(tmpdir(), 'tysd-metrics-'));
  using _ = { [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
  await using daemon = await startTysd({
    units: {
      'default.target': wanting('a.service', 'b.service', 'c.socket', 'd.timer'),
      'a.service': '[Service]\nExecStart=/bin/sleep infinity\n',
      'b.service': '[Service]\nType=oneshot\nExecStart=/bin/false\n',
      'c.socket': '[Socket]\nListenStream=@dir@/c.sock\nAccept=yes\n',
      'c@.service': '[Service]\nExecStart=/bin/true\n',
      'd.timer': '[Timer]\nOnActiveSec=1us\nUnit=a.service\n',
    },
    options: [`--http=${directory}/http.sock`],
  });
  const socket = join(directory, 'http.sock');
  assert.equal(await daemon.state('a.service'), 'active (running)');
  // It listens a moment after the control socket does.
  assert.match(await eventually(() => get(socket, '/healthz')), /^HTTP\/1.1 200 OK\r\n[^]*\r\n\r\nok\n$/);
  assert.match(await get(socket, '/readyz'), /^HTTP\/1.1 200 /);
  assert.match(await get(socket, '/readyz?unit=b.service'), /^HTTP\/1.1 503 [^]*b.service: failed\n$/);
  const answer = await get(socket, '/metrics');
  const metrics = answer.slice(answer.indexOf('\r\n\r\n') + 4);
  assert.match(metrics, /^tysd_unit_state\{name="a.service",type="service",state="active"\} 1$/m);
  assert.match(metrics, /^tysd_service_restarts_total\{name="a.service"\} 0$/m);
  const checked = spawnSync('chroot', [image, 'promtool', 'check', 'metrics'], { input: metrics, encoding: 'utf8' });
  assert.deepEqual([checked.status, checked.stdout, checked.stderr], [0, '', '']);
});
