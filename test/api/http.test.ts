import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { parseHttpAddress } from '../../src/api/http/address.ts';
import { renderMetrics } from '../../src/api/http/metrics.ts';
import { listenHttp } from '../../src/api/http/server.ts';
import { FakeManager } from './fake-manager.ts';

for (const [text, address] of [
  ['8080', { host: '127.0.0.1', port: 8080 }],
  [':8080', { host: '::', port: 8080 }],
  ['0.0.0.0:80', { host: '0.0.0.0', port: 80 }],
  ['[::1]:80', { host: '::1', port: 80 }],
  ['localhost:0', { host: 'localhost', port: 0 }],
  ['/run/http.sock', { path: '/run/http.sock' }],
] as const) {
  test(`HTTP is answered at ${text}`, () => assert.deepEqual(parseHttpAddress(text), { ok: true, value: address }));
}

for (const text of ['', 'x', '65536', '1:2:3', '[::1]', '::1', 'host:', 'a/b:1', '[x]:1', '-1']) {
  test(`${JSON.stringify(text)} is no address`, () => assert.equal(parseHttpAddress(text).ok, false));
}

interface Got {
  readonly status: number | undefined;
  readonly text: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}

/** Asks a server over this manager once. */
async function ask(manager: FakeManager, path: string, method = 'GET'): Promise<Got> {
  const server = await listenHttp({ host: '127.0.0.1', port: 0 }, manager);
  assert.ok(server.ok);
  try {
    return await new Promise<Got>((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port: server.value.port, path, method, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode, text, headers: response.headers }));
      });
      asked.on('error', reject);
      asked.end();
    });
  } finally {
    server.value.close();
  }
}

function managerThatIs(state: string): FakeManager {
  const fake = new FakeManager();
  fake.own = { SystemState: state, UserspaceTimestamp: '@1700000000.5', NInstalledJobs: '7', NFailedJobs: '1' };
  fake.add('up.service', { active: 'active', sub: 'running', sinceUsec: 1_700_000_001_000_000, names: ['up.service', 'alias.service'] });
  fake.add('broken.service', { active: 'failed', sub: 'failed' });
  fake.add('daily.timer', { active: 'active', sub: 'waiting', timer: { nextUsec: null, lastUsec: 5_000_000 } });
  fake.count('up.service', { restarts: 3, cpuNsec: 1_500_000_000, memoryBytes: 4096, tasks: 2 });
  return fake;
}

for (const [state, path, status, text] of [
  ['starting', '/healthz', 200, 'ok\n'],
  ['stopping', '/healthz', 200, 'ok\n'],
  ['starting', '/readyz', 503, 'starting\n'],
  ['initializing', '/readyz', 503, 'initializing\n'],
  ['running', '/readyz', 200, 'running\n'],
  ['degraded', '/readyz', 200, 'degraded\n'],
  ['degraded', '/readyz?degraded=no', 503, 'failed: broken.service\n'],
  ['running', '/readyz?degraded=no', 200, 'running\n'],
  ['stopping', '/readyz', 503, 'stopping\n'],
  ['running', '/readyz?unit=up.service', 200, 'running\n'],
  ['running', '/readyz?unit=alias.service', 200, 'running\n'],
  ['running', '/readyz?unit=up.service&unit=broken.service', 503, 'broken.service: failed\n'],
  ['running', '/readyz?unit=none.service', 503, 'none.service: not loaded\n'],
  ['running', '/readyz?unit=..%2Fx', 400, '"../x" is no name of a unit\n'],
  ['running', '/readyz?unit=%0d%0aX:1', 400, '"\\r\\nX:1" is no name of a unit\n'],
  ['running', '/', 404, 'There are /healthz, /readyz, /metrics.\n'],
  ['running', '/__proto__', 404, 'There are /healthz, /readyz, /metrics.\n'],
  ['running', '/../healthz', 404, 'There are /healthz, /readyz, /metrics.\n'],
] as const) {
  test(`a manager that is ${state} answers ${path} with ${status}`, async () => {
    const got = await ask(managerThatIs(state), path);
    assert.deepEqual([got.status, got.text], [status, text]);
  });
}

test('only GET and HEAD are answered, and HEAD without a body', async () => {
  const posted = await ask(managerThatIs('running'), '/healthz', 'POST');
  assert.deepEqual([posted.status, posted.headers['allow']], [405, 'GET, HEAD']);
  const head = await ask(managerThatIs('running'), '/healthz', 'HEAD');
  assert.deepEqual([head.status, head.text, head.headers['content-length']], [200, '', '3']);
});

test('metrics tell of the manager and of each unit, in the text format of Prometheus', async () => {
  const got = await ask(managerThatIs('degraded'), '/metrics');
  assert.deepEqual([got.status, got.headers['content-type']], [200, 'text/plain; version=0.0.4; charset=utf-8']);
  for (const line of [
    'tysd_info{version="0.1.0",scope="system"} 1',
    'tysd_start_time_seconds 1700000000.5',
    'tysd_system_state{state="degraded"} 1',
    'tysd_system_state{state="running"} 0',
    'tysd_jobs{state="waiting"} 0',
    'tysd_jobs_total 7',
    'tysd_jobs_failed_total 1',
    'tysd_unit_state{name="broken.service",type="service",state="failed"} 1',
    'tysd_unit_state{name="up.service",type="service",state="failed"} 0',
    'tysd_unit_state_change_time_seconds{name="up.service"} 1700000001',
    'tysd_service_restarts_total{name="up.service"} 3',
    'tysd_unit_cpu_seconds_total{name="up.service"} 1.5',
    'tysd_unit_memory_bytes{name="up.service"} 4096',
    'tysd_unit_tasks{name="up.service"} 2',
    'tysd_timer_last_trigger_seconds{name="daily.timer"} 5',
  ]) {
    assert.ok(got.text.split('\n').includes(line), `${line}\n${got.text}`);
  }
});

test('what is in a name cannot break out of its label', () => {
  const fake = new FakeManager();
  fake.add('a\\x2d"\n.service', { active: 'active' });
  const text = renderMetrics(fake, { cpuSeconds: 1, residentBytes: 2 });
  assert.ok(text.includes('name="a\\\\x2d\\"\\n.service"'), text);
});
