import type { Blocker } from './blockers.ts';
import { progressLine, type RunningUnit } from './lines.ts';

/** What takes less is not told, as on systemd's console. */
export const patienceMs = 5000;
/** Where the line can be redrawn it is renewed each second; elsewhere each stays, so they come later and later. */
const renewMs = 1000;
const mostMs = 60_000;
/** A look at many thousands of jobs takes long: the pause after it is so many times as long, as the jobs are to go on. */
const pausePerLook = 20;
/** So many times a job is shown before the next one has its turn. */
const looksEach = 3;

/** Time as progress needs it. */
export interface Ticker {
  /** CLOCK_REALTIME, microseconds. */
  readonly nowUsec: () => number;
  /** Calls `then` after so many milliseconds, unless what is given is called before. */
  readonly after: (ms: number, then: () => void) => () => void;
}

/** The clock of this process; it does not keep the process alive. */
export const realTicker: Ticker = {
  nowUsec: () => Date.now() * 1000,
  after: (ms, then) => {
    const timer = setTimeout(then, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** What is waited for. */
type Subject = Blocker | RunningUnit;

interface Means {
  /** The jobs that keep others now, or the units whose end is waited for; undefined where that is not known at the moment. */
  readonly look: () => Promise<readonly Subject[] | undefined>;
  /** Shows a line in place of the last one; undefined takes it away. */
  readonly show: (line: string | undefined) => void;
  readonly redraws: boolean;
  /** How wide a line may be now; without it any line is shown whole. */
  readonly width?: () => number | undefined;
  readonly ticker: Ticker;
}

/** Tells in one line what is waited for while that takes long, one job after the other; nothing any more as soon as there is none. */
export class Progress {
  readonly #means: Means;
  #cancel: (() => void) | undefined;
  #turn = 0;
  #pauseMs = patienceMs;

  constructor(means: Means) {
    this.#means = means;
  }

  /** From now on, unless it is so already. */
  begin(firstMs = patienceMs): void {
    if (this.#cancel !== undefined) return;
    this.#turn = 0;
    this.#pauseMs = patienceMs;
    this.#wait(firstMs);
  }

  /** Takes the line away. */
  end(): void {
    if (this.#cancel === undefined) return;
    this.#cancel();
    this.#cancel = undefined;
    this.#means.show(undefined);
  }

  #wait(ms: number): void {
    this.#cancel = this.#means.ticker.after(ms, () => {
      // Whoever ends this while it looks cancels this very turn.
      let isOver = false;
      const cancel = (): void => void (isOver = true);
      this.#cancel = cancel;
      const { look, ticker } = this.#means;
      const beganUsec = ticker.nowUsec();
      void look().then((subjects) => (isOver ? undefined : this.#tell(subjects, (ticker.nowUsec() - beganUsec) / 1000)));
    });
  }

  #tell(subjects: readonly Subject[] | undefined, lookMs: number): void {
    const { show, redraws, width, ticker } = this.#means;
    const leastMs = lookMs * pausePerLook;
    if (subjects === undefined) return this.#wait(Math.max(renewMs, leastMs));
    if (subjects.length === 0) return this.end();
    const index = Math.floor(this.#turn / (redraws ? looksEach : 1)) % subjects.length;
    const subject = subjects[index];
    this.#turn += 1;
    if (subject !== undefined) show(progressLine(subject, { index, of: subjects.length }, ticker.nowUsec(), width?.()));
    this.#pauseMs = redraws ? renewMs : Math.min(mostMs, this.#pauseMs * 2);
    this.#wait(Math.max(this.#pauseMs, leastMs));
  }
}
