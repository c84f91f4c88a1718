import { messageIds } from '../graph/message-ids.ts';
import type { Effect } from './type.ts';

/** Says that a unit has come to its end, and how. */
export function sayEnd(effects: Effect[], name: string, result: string): void {
  effects.push(
    result === 'success'
      ? { effect: 'log', priority: 6, message: `${name}: Deactivated successfully.`, fields: { MESSAGE_ID: messageIds.unitSuccess } }
      : {
          effect: 'log',
          priority: 4,
          message: `${name}: Failed with result '${result}'.`,
          fields: { MESSAGE_ID: messageIds.unitFailureResult, UNIT_RESULT: result },
        },
  );
}
