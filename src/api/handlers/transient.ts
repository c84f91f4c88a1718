import { err, ok, type Result } from '../../base/result.ts';
import type { RequestFailure } from '../../graph/request.ts';
import type { ApiError } from '../error.ts';
import { requestFailed, type HandlerContext, type Handlers } from '../handler.ts';

/** Units that are made at run time, properties that are set at run time, and what a client holds while it is there. */
export const transientHandlers: Handlers<
  'descriptors.expect' | 'unit.abandon' | 'unit.hold' | 'unit.set-property' | 'unit.start-transient'
> = {
  'descriptors.expect': (_params, { manager, whenOver }) => {
    const token = manager.expectDescriptors();
    whenOver(() => manager.forgetDescriptors(token));
    return ok({ token, socket: manager.info.notifySocket });
  },

  'unit.start-transient': ({ mode, wait, hold, cause, ...request }, context) => {
    const { manager, jobs } = context;
    const start = () => {
      const ticket = manager.startTransient(request, mode, cause ?? 'start of a transient unit over the control socket');
      if (ticket.ok && hold) holdFor(context, ticket.value.unit);
      return ticket;
    };
    if (!wait) {
      const ticket = start();
      return ticket.ok ? ok({ job: ticket.value.job, unit: ticket.value.unit }) : requestFailed(ticket.error, request.unit, manager);
    }
    const { answer, end } = jobs.request(start);
    if (!answer.ok || end === undefined) return answer.ok ? answer : requestFailed(answer.error, request.unit, manager);
    return end.then((ended) => ok({ job: answer.value.job, unit: answer.value.unit, ...ended }));
  },

  'unit.hold': ({ unit }, context) =>
    holdFor(context, unit) ? ok(null) : err({ code: 'no-such-unit', message: `Unit ${unit} not loaded.` }),

  'unit.abandon': ({ unit }, { manager }) => nothingOr(manager.abandon(unit)),

  'unit.set-property': ({ unit, properties, runtime }, { manager }) => {
    const set = manager.setProperties(unit, properties, { runtime });
    return set.ok ? ok(null) : requestFailed(set.error, unit, manager);
  },
};

function holdFor({ manager, whenOver }: HandlerContext, unit: string): boolean {
  const held = manager.hold(unit);
  if (held) whenOver(() => manager.letGo(unit));
  return held;
}

function nothingOr(done: Result<undefined, RequestFailure>): Result<null, ApiError> {
  return done.ok ? ok(null) : err(done.error);
}
