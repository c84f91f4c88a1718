import { answerOf, readAnswer } from '../api/answer.ts';
import { connectionLost, type Client } from '../api/client.ts';
import type { ApiError } from '../api/error.ts';
import type { Answer, MethodName, Params } from '../api/contract.ts';
import { err, type Result } from '../base/result.ts';

/**
 * A client of whom jobs were asked already, by the front (front/front.c): its first calls for jobs, made in one go, get the
 * answers that came, in the order in which they came; those without one were lost with the connection.
 */
export function alreadyAsked(client: Client, answers: string): Client {
  const open = new Map<number, (answer: Result<unknown, ApiError>) => void>();
  let asked: 'not yet' | 'now' | 'done' = 'not yet';
  const settle = (): void => {
    asked = 'done';
    for (const { id, answer } of answers.split('\n').flatMap((line) => (line === '' ? [] : [readAnswer(JSON.parse(line))]))) {
      open.get(id)?.(answer);
      open.delete(id);
    }
    for (const lose of open.values()) lose(err(connectionLost));
  };
  return {
    call: <Name extends MethodName>(method: Name, params: Params<Name>): Promise<Result<Answer<Name>, ApiError>> => {
      if (asked === 'done' || !forJobs.has(method)) return client.call(method, params);
      if (asked === 'not yet') queueMicrotask(settle);
      asked = 'now';
      const id = open.size + 1;
      return new Promise((resolve) => {
        open.set(id, (answer) => resolve(answerOf<Name>(answer)));
      });
    },
    receive: (receiver) => client.receive(receiver),
    closed: client.closed,
    close: (reason) => client.close(reason),
  };
}

const forJobs: ReadonlySet<MethodName> = new Set([
  'unit.start',
  'unit.stop',
  'unit.restart',
  'unit.try-restart',
  'unit.reload',
  'unit.reload-or-restart',
  'unit.try-reload-or-restart',
]);
