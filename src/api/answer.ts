import { err, ok, type Result } from '../base/result.ts';
// Types only: the schemas of the contract are slow to load, and a client has no use for them.
import type { Answer, MethodName } from './contract.ts';
import { errorCodeOf, type ApiError } from './error.ts';

/** The answer to a call, and the id of that call. */
export function readAnswer(message: object): { readonly id: number; readonly answer: Result<unknown, ApiError> } {
  const id = 'id' in message && typeof message.id === 'number' ? message.id : 0;
  return { id, answer: 'error' in message ? err(toError(message.error)) : ok('result' in message ? message.result : null) };
}

function toError(value: unknown): ApiError {
  if (typeof value !== 'object' || value === null) return { code: 'internal', message: String(value) };
  const code = 'code' in value && typeof value.code === 'number' ? errorCodeOf(value.code) : 'failed';
  const message = 'message' in value && typeof value.message === 'string' ? value.message : '';
  const data = 'data' in value && typeof value.data === 'object' && value.data !== null ? value.data : {};
  return { code, message, ...('load' in data && typeof data.load === 'string' ? { load: data.load } : {}) };
}

/** The answer as the one of that method: the server made it from the contract that the caller's types are of. */
export function answerOf<Name extends MethodName>(answer: Result<unknown, ApiError>): Result<Answer<Name>, ApiError> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return answer as Result<Answer<Name>, ApiError>;
}
