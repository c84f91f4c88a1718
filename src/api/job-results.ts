import type { Result } from '../base/result.ts';
import { type JobEnd, jobEndOf } from '../graph/report.ts';
import type { RequestFailure, Ticket } from '../graph/request.ts';
import type { ManagerApi } from './manager.ts';

/** Lets callers wait for jobs: listens to the manager once, however many wait. */
export class JobResults {
  readonly #waiting = new Map<number, ((end: JobEnd) => void)[]>();
  readonly #stop: () => void;
  /** Jobs that finished while they were being requested. */
  #finishedNow: Map<number, JobEnd> | undefined;

  constructor(manager: ManagerApi) {
    this.#stop = manager.subscribe((change) => {
      if (change.change !== 'job-removed') return;
      const end = jobEndOf(change);
      this.#finishedNow?.set(change.job, end);
      const waiting = this.#waiting.get(change.job);
      this.#waiting.delete(change.job);
      for (const resolve of waiting ?? []) resolve(end);
    });
  }

  /** Makes a request; its ticket comes with a promise of the job's end, also where the job is finished before the request returns. */
  request(request: () => Result<Ticket, RequestFailure>): {
    readonly answer: Result<Ticket, RequestFailure>;
    readonly end?: Promise<JobEnd>;
  } {
    this.#finishedNow = new Map();
    try {
      const answer = request();
      if (!answer.ok) return { answer };
      const finished = this.#finishedNow.get(answer.value.job);
      return { answer, end: finished === undefined ? this.wait(answer.value.job) : Promise.resolve(finished) };
    } finally {
      this.#finishedNow = undefined;
    }
  }

  /** How a job ends that is queued or running. */
  wait(job: number): Promise<JobEnd> {
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
