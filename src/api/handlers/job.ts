import { err, ok, type Result } from '../../base/result.ts';
import type { Answer, CheckedParams } from '../contract.ts';
import type { ApiError } from '../error.ts';
import { requestFailed, type HandlerContext, type Handlers } from '../handler.ts';
import type { RequestedJob } from '../../graph/request.ts';

type JobMethod = `unit.${RequestedJob}`;

/** The methods that queue a job for a unit, and those about jobs that are queued. */
export const jobHandlers: Handlers<JobMethod | 'unit.preview' | 'jobs.list' | 'jobs.waiting' | 'job.cancel' | 'job.wait' | 'job.outcome'> =
  {
    'unit.start': queue('start'),
    'unit.stop': queue('stop'),
    'unit.restart': queue('restart'),
    'unit.try-restart': queue('try-restart'),
    'unit.reload': queue('reload'),
    'unit.reload-or-restart': queue('reload-or-restart'),
    'unit.try-reload-or-restart': queue('try-reload-or-restart'),
    'unit.verify-active': queue('verify-active'),
    'unit.nop': queue('nop'),

    'unit.preview': ({ unit, job, mode }, { manager }) => {
      const preview = manager.preview(job, unit, mode);
      return preview.ok ? preview : requestFailed(preview.error, unit, manager);
    },

    'jobs.list': ({ order }, { manager }) => ok(manager.jobs({ order })),

    'jobs.waiting': (_params, { manager }) => ok(manager.waiting()),

    'job.cancel': ({ job }, { manager }) =>
      manager.cancel(job) ? ok(null) : err({ code: 'no-such-job', message: `Job ${job} does not exist.` }),

    'job.outcome': ({ unit, cause }, { manager }) => ok(manager.outcome(unit, cause) ?? null),

    'job.wait': async ({ job }, { manager, jobs }) =>
      manager.jobs().some((queued) => queued.id === job)
        ? ok(await jobs.wait(job))
        : err({ code: 'no-such-job', message: `Job ${job} does not exist.` }),
  };

type Queued = Result<Answer<'unit.start'>, ApiError>;

function queue(job: RequestedJob): (params: CheckedParams<'unit.start'>, context: HandlerContext) => Queued | Promise<Queued> {
  return ({ unit, mode, wait, cause }, { manager, jobs }) => {
    const request = () => manager.request(job, unit, mode, cause ?? `${job} over the control socket`, cause);
    if (!wait) {
      const ticket = request();
      return ticket.ok ? ok(ticket.value) : requestFailed(ticket.error, unit, manager);
    }
    const { answer, end } = jobs.request(request);
    if (!answer.ok || end === undefined) return answer.ok ? answer : requestFailed(answer.error, unit, manager);
    const { changedOnDisk, ...ticket } = answer.value;
    return end.then((ended) => ok({ ...ticket, ...ended, ...(changedOnDisk === undefined ? {} : { changedOnDisk }) }));
  };
}
