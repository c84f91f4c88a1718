import { ok } from '../base/result.ts';
import { contract, type MethodName } from './contract.ts';
import { matchesAny } from '../base/glob.ts';
import type { Handlers } from './handler.ts';
import { historyHandlers } from './handlers/history.ts';
import { installHandlers } from './handlers/install.ts';
import { jobHandlers } from './handlers/job.ts';
import { managerHandlers } from './handlers/manager.ts';
import { transientHandlers } from './handlers/transient.ts';
import { unitHandlers } from './handlers/unit.ts';

/** The handler of every method of the contract. */
export const handlers: Handlers<MethodName> = {
  ...historyHandlers,
  ...installHandlers,
  ...jobHandlers,
  ...managerHandlers,
  ...transientHandlers,
  ...unitHandlers,

  'api.describe': () => ok(Object.entries(contract).map(([method, { doc, errors }]) => ({ method, doc, errors: [...errors] }))),

  'changes.subscribe': ({ units }, { subscribe }) => {
    const matches = units === undefined ? () => true : matchesAny(units);
    subscribe((change) => !('unit' in change) || matches(change.unit));
    return ok(null);
  },

  'changes.unsubscribe': (_params, { subscribe }) => {
    subscribe(undefined);
    return ok(null);
  },
};
