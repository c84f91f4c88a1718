import assert from 'node:assert/strict';

import * as fc from 'fast-check';

import { parseNotification } from '../../src/manager/notify-message.ts';
import { machine, stopAll } from './machine.ts';
import { target } from './target.ts';
import { hostileText } from './text.ts';

const keys =
  'READY RELOADING STOPPING STATUS ERRNO BUSERROR EXIT_STATUS MAINPID MAINPIDFDID WATCHDOG WATCHDOG_USEC EXTEND_TIMEOUT_USEC NOTIFYACCESS FDSTORE FDSTOREREMOVE FDNAME FDPOLL BARRIER MONOTONIC_USEC X_OTHER PASS'.split(
    ' ',
  );

const line = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom(...keys), fc.oneof(fc.constantFrom('1', '0', 'all', 'trigger', '2'), hostileText))
      .map((parts) => parts.join('=')),
  },
  { weight: 1, arbitrary: hostileText },
);
const message = fc.array(line, { maxLength: 5 }).map((lines) => lines.join('\n'));

const input = fc.array(
  fc.record({
    from: fc.constantFrom('a-daemon', 'b-daemon', 'c-daemon', 'outsider'),
    message,
    fds: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 10 }) }),
    afterUsec: fc.constantFrom(0, 1000, 1_000_000, 40_000_000),
    crash: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  }),
  { maxLength: 6 },
);

/** What processes send to $NOTIFY_SOCKET: the manager goes on, knows each unit, and can stop it; who is of no service changes nothing. */
export const notifyTarget = target('notify', input, (messages) => {
  const simulation = machine();
  const { clock, keeper } = simulation;
  simulation.manager.request('start', 'main-only.service', 'replace', 'test');
  simulation.manager.request('start', 'deaf.service', 'replace', 'test');
  clock.settle();
  const outsider = keeper.outsider();
  for (const { from, message: text, fds, afterUsec, crash } of messages) {
    const process = keeper.processes().find(({ argv }) => argv[0]?.endsWith(from));
    const before = simulation.states();
    keeper.notifies(from === 'outsider' ? outsider : (process?.pid ?? outsider), text, fds);
    if (crash) {
      simulation.crash();
      simulation.startManager();
    }
    clock.settle();
    if (from === 'outsider' && !crash) assert.deepEqual(simulation.states(), before, 'a stranger changed a unit');
    clock.advance(afterUsec);
    const parsed = parseNotification(text, []);
    assert.ok(parsed.mainPid === undefined || Number.isSafeInteger(parsed.mainPid));
    assert.ok(parsed.watchdogUsec === undefined || Number.isSafeInteger(parsed.watchdogUsec));
  }
  assert.ok(keeper.processes().length < 20);
  stopAll(simulation);
});
