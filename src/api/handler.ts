import { err, type Result } from '../base/result.ts';
import type { Answer, CheckedParams, MethodName } from './contract.ts';
import type { ApiError } from './error.ts';
import type { InstallApi } from './install.ts';
import type { JobResults } from './job-results.ts';
import type { Change } from '../graph/report.ts';
import type { RequestFailure } from '../graph/request.ts';
import type { ManagerApi } from './manager.ts';
import type { UnitFilesApi } from './unit-files.ts';

/** What the handlers of all methods work with; one for each manager. */
export interface ApiServices {
  readonly manager: ManagerApi;
  readonly install: InstallApi;
  readonly unitFiles: UnitFilesApi;
  readonly jobs: JobResults;
  /** Replaces the manager process by a new one, after the answer has been sent; absent where that cannot be done. */
  readonly reexecute?: () => void;
}

/** What a handler is given besides its parameters. */
export interface HandlerContext extends ApiServices {
  /** Sets or ends the subscription of the connection that the call came by. */
  readonly subscribe: (wanted: ((change: Change) => boolean) | undefined) => void;
  /** Has something undone when the connection that the call came by is over. */
  readonly whenOver: (undo: () => void) => void;
}

export type Outcome<Name extends MethodName> = Result<Answer<Name>, ApiError>;

export type Handler<Name extends MethodName> = (
  params: CheckedParams<Name>,
  context: HandlerContext,
) => Outcome<Name> | Promise<Outcome<Name>>;

/** The handlers of some methods; src/api/handlers.ts joins them to all. */
export type Handlers<Name extends MethodName> = { readonly [Method in Name]: Handler<Method> };

/** The failure of a request, with what a client needs to choose its words and its exit status. */
export function requestFailed(failure: RequestFailure, unit: string, manager: ManagerApi): Result<never, ApiError> {
  const load = failure.code === 'load-failed' ? manager.unit(unit)?.load : undefined;
  return err({ code: failure.code, message: failure.message, ...(load === undefined ? {} : { load }) });
}
