import type { Result } from '../base/result.ts';
import type { JobResult } from '../graph/job.ts';
import type { RequestFailure, Ticket } from '../graph/request.ts';
import type { ManagerApi } from './manager.ts';

/** Lets callers wait for jobs: listens to the manager once, however many wait. */
export class JobResults {
  readonly #waiting = new Map<number, ((result: JobResult) => void)[]>();
  readonly #stop: () => void;
  /** Jobs that finished while they were being requested. */
  #finishedNow: Map<number, JobResult> | undefined;

  constructor(manager: ManagerApi) {
    this.#stop = manager.subscribe((change) => {
      if (change.change !== 'job-removed') return;
      this.#finishedNow?.set(change.job, change.result);
      const waiting = this.#waiting.get(change.job);
      this.#waiting.delete(change.job);
      for (const resolve of waiting ?? []) resolve(change.result);
    });
  }

  /** Makes a request; its ticket comes with a promise of the job's result, also where the job is finished before the request returns. */
  request(request: () => Result<Ticket, RequestFailure>): {
    readonly answer: Result<Ticket, RequestFailure>;
    readonly result?: Promise<JobResult>;
  } {
    this.#finishedNow = new Map();
    try {
      const answer = request();
      if (!answer.ok) return { answer };
      const finished = this.#finishedNow.get(answer.value.job);
      return { answer, result: finished === undefined ? this.wait(answer.value.job) : Promise.resolve(finished) };
    } finally {
      this.#finishedNow = undefined;
    }
  }

  /** The result of a job that is queued or running. */
  wait(job: number): Promise<JobResult> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(job);
      if (waiting === undefined) this.#waiting.set(job, [resolve]);
      else waiting.push(resolve);
    });
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}
