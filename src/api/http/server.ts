import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { err, ok, type Result } from '../../base/result.ts';
import { isUnitName } from '../../unit/name.ts';
import type { ManagerApi } from '../manager.ts';
import type { HttpAddress } from './address.ts';
import { renderMetrics } from './metrics.ts';

/** The server of probes and metrics while it runs. */
export interface HttpServer {
  /** Where it listens: the port that was found, where 0 was asked for. */
  readonly port: number | undefined;
  close(): void;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly type?: string;
}

type Page = (manager: ManagerApi, query: URLSearchParams) => Answer;

/**
 * What there is to read. Nothing can be changed this way, and nothing is told that is secret: states, names and numbers.
 *
 * `/healthz`: the manager answers. `/readyz`: what was to be started is, and is not being stopped; `?unit=NAME` asks whether that unit is active
 * (several may be named), `?degraded=no` wants that no unit has failed. `/metrics`: for Prometheus.
 */
const pages: Readonly<Record<string, Page>> = {
  '/healthz': () => ({ status: 200, text: 'ok\n' }),
  '/readyz': readiness,
  '/metrics': (manager) => {
    const { user, system } = process.cpuUsage();
    const use = { cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() };
    return { status: 200, text: renderMetrics(manager, use), type: 'text/plain; version=0.0.4; charset=utf-8' };
  },
};

const unready = (text: string): Answer => ({ status: 503, text: `${text}\n` });

function readiness(manager: ManagerApi, query: URLSearchParams): Answer {
  const state = manager.managerProperties()['SystemState'] ?? 'unknown';
  if (state !== 'running' && state !== 'degraded') return unready(state);
  for (const name of query.getAll('unit')) {
    if (!isUnitName(name)) return { status: 400, text: `${JSON.stringify(name)} is no name of a unit\n` };
    // Only what is loaded: a question must not have units loaded.
    const unit = manager.units().find(({ names }) => names.includes(name));
    if (unit?.active !== 'active' && unit?.active !== 'reloading') return unready(`${name}: ${unit?.active ?? 'not loaded'}`);
  }
  if (state === 'degraded' && query.get('degraded') === 'no') {
    const failed = manager.units().filter(({ active }) => active === 'failed');
    return unready(`failed: ${failed.map(({ name }) => name).join(' ')}`);
  }
  return { status: 200, text: `${state}\n` };
}

const connectionLimit = 64;
const timeoutMs = 10_000;

/** Answers at the address until closed; the error says why it cannot. A socket file that is in the way is replaced, anything else is not. */
export function listenHttp(address: HttpAddress, manager: ManagerApi): Promise<Result<HttpServer, string>> {
  const server = createServer({ requestTimeout: timeoutMs, headersTimeout: timeoutMs, keepAliveTimeout: timeoutMs }, (request, response) =>
    answer(manager, request, response),
  );
  server.maxConnections = connectionLimit;
  if ('path' in address && lstatSync(address.path, { throwIfNoEntry: false })?.isSocket() === true) unlinkSync(address.path);
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(err(error.message)));
    server.listen(address, () => {
      if ('path' in address) chmodSync(address.path, 0o666);
      server.on('error', () => undefined);
      resolve(ok({ port: portOf(server), close: () => void server.close() }));
    });
  });
}

function portOf(server: Server): number | undefined {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : undefined;
}

function answer(manager: ManagerApi, request: IncomingMessage, response: ServerResponse): void {
  const { status, text, type = 'text/plain; charset=utf-8' } = answerTo(manager, request);
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

function answerTo(manager: ManagerApi, { method, url = '/' }: IncomingMessage): Answer {
  const [path = '/', query = ''] = url.split('?', 2);
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (page === undefined) return { status: 404, text: `There are ${Object.keys(pages).join(', ')}.\n` };
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, text: 'Only GET and HEAD.\n' };
  return page(manager, new URLSearchParams(query));
}
