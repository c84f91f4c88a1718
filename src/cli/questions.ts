import { readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '../api/client.ts';
import type { Answer, MethodName, Params } from '../api/contract.ts';
import type { ApiError } from '../api/error.ts';
import { answerOf, readAnswer } from '../api/answer.ts';
import { err, type Result } from '../base/result.ts';
import { candidates } from './candidates.ts';
import type { ManagerPlace } from './invocation.ts';
import { silence } from './silence.ts';

interface Where extends ManagerPlace {
  readonly environment: Readonly<Record<string, string | undefined>>;
}

type Dial = () => Promise<Result<Client, string>>;

/**
 * A client on the connection that the front has made (front/front.c), as TYSD_CONNECTION says: the process that it is for, its descriptor, and the
 * socket's path. Undefined where another manager is meant, or another process.
 *
 * The runtime's own sockets take as long to load as a small verb takes besides; a question needs but a write and a read. Whatever is none goes by a
 * connection of `dial`, made for the first of them, and from then on all else does.
 */
export function handedOver(text: string, { environment, ...place }: Where, dial: Dial): Client | undefined {
  const [, pid, fd, path] = /^(\d+) (\d+) (.+)$/.exec(text) ?? [];
  const uid = process.getuid?.();
  if (uid === undefined || Number(pid) !== process.pid) return undefined;
  const [first] = candidates({ ...place, uid, environment });
  if (first === undefined || first.suspicious || path !== join(first.directory, 'control.sock')) return undefined;
  return new Questions(Number(fd), dial);
}

class Questions implements Client {
  readonly #fd: number;
  readonly #dial: Dial;
  #other: Promise<Result<Client, string>> | undefined;
  #receiver: Parameters<Client['receive']>[0] | undefined;
  #lastId = 0;
  #rest = '';
  readonly #decoder = new TextDecoder();
  #closed: () => void = () => undefined;
  readonly closed = new Promise<void>((resolve) => (this.#closed = resolve));

  constructor(fd: number, dial: Dial) {
    this.#fd = fd;
    this.#dial = dial;
  }

  call<Name extends MethodName>(method: Name, params: Params<Name>): Promise<Result<Answer<Name>, ApiError>> {
    const answer = this.#other === undefined && questions.has(method) ? this.#ask(method, params) : undefined;
    if (answer !== undefined) return Promise.resolve(answerOf<Name>(answer));
    return this.#elsewhere().then((other) =>
      other.ok ? other.value.call(method, params) : err({ code: 'connection-lost', message: other.error }),
    );
  }

  receive(receiver: Parameters<Client['receive']>[0]): void {
    this.#receiver = receiver;
    void this.#other?.then((other) => other.ok && other.value.receive(receiver));
  }

  close(reason?: string): void {
    if (this.#other === undefined) this.#closed();
    else void this.#other.then((other) => (other.ok ? other.value.close(reason) : this.#closed()));
  }

  #elsewhere(): Promise<Result<Client, string>> {
    this.#other ??= this.#dial().then((other) => {
      if (!other.ok) return other;
      if (this.#receiver !== undefined) other.value.receive(this.#receiver);
      void other.value.closed.then(() => this.#closed());
      return other;
    });
    return this.#other;
  }

  /** The answer; undefined where the connection ended before it came. A question can be asked again. */
  #ask(method: MethodName, params: unknown): Result<unknown, ApiError> | undefined {
    const isFirst = this.#lastId === 0;
    const id = ++this.#lastId;
    try {
      // Answered at once by a manager that is well, however long the other answer takes.
      this.#write(`${isFirst ? request(0, 'changes.unsubscribe', {}) : ''}${request(id, method, params)}`);
      for (let heard = false; ; heard = true) {
        const line = this.#readLine(heard || !isFirst);
        if (line === undefined) return undefined;
        const answer = readAnswer(JSON.parse(line));
        if (answer.id === id) return answer.answer;
      }
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return err({ code: 'connection-lost', message: silence });
      return undefined;
    }
  }

  #write(text: string): void {
    for (let left: Uint8Array = encoder.encode(text); left.length > 0;) left = left.subarray(writeSync(this.#fd, left));
  }

  /** A read fails with EAGAIN after `silenceMs`; undefined at the end. */
  #readLine(isPatient: boolean): string | undefined {
    for (;;) {
      const end = this.#rest.indexOf('\n');
      if (end >= 0) {
        const line = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 1);
        return line;
      }
      const length = this.#read(isPatient);
      if (length === 0) return undefined;
      this.#rest += this.#decoder.decode(chunk.subarray(0, length), { stream: true });
    }
  }

  #read(isPatient: boolean): number {
    for (;;) {
      try {
        return readSync(this.#fd, chunk);
      } catch (error) {
        const isLate = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
        if (!isLate || !isPatient) throw error;
      }
    }
  }
}

function request(id: number, method: MethodName, params: unknown): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
}

const encoder = new TextEncoder();
const chunk = new Uint8Array(256 << 10);

/** What changes nothing and is answered at once. */
const questions: ReadonlySet<MethodName> = new Set([
  'edges.locate',
  'environment.list',
  'history.list',
  'install.default',
  'install.list',
  'install.states',
  'jobs.list',
  'jobs.waiting',
  'manager.info',
  'manager.properties',
  'manager.state',
  'unit.dependencies',
  'unit.files',
  'unit.not-applied',
  'unit.plan',
  'unit.preview',
  'units.get',
  'units.list',
  'units.near',
  'units.pending',
  'units.properties',
  'units.triggers',
]);
