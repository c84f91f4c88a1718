import type { Clock } from '../port/clock.ts';

/** Finds out that nothing has come for so long that a process may end until there is something to do. */
export interface Rest extends Disposable {
  /** Something has come. */
  busy(): void;
}

/** What is asked when nothing has come. */
export interface RestOptions {
  readonly clock: Clock;
  /** After how long to ask first, in microseconds; then after twice that time, and so on. */
  readonly afterUsec: number;
  /** Nothing is gathered or planned that would be lost or late. */
  readonly isSettled: () => boolean;
  /** Asks to be allowed to end, having been idle for so long. */
  readonly ask: (idleUsec: number) => void;
}

/** Begins to count now. */
export function createRest({ clock, afterUsec, isSettled, ask }: RestOptions): Rest {
  let lastUsec = clock.now().monotonicUsec;
  let wantedUsec = afterUsec;
  let cancel = clock.at(lastUsec + afterUsec, look);

  function look(): void {
    const now = clock.now().monotonicUsec;
    const idleUsec = now - lastUsec;
    const isIdle = idleUsec >= wantedUsec;
    const asks = isIdle && isSettled();
    // One who is not allowed to is woken seldom.
    if (asks) wantedUsec = Math.max(wantedUsec * 2, idleUsec + afterUsec);
    cancel = clock.at(isIdle && !asks ? now + afterUsec : lastUsec + wantedUsec, look);
    if (asks) ask(idleUsec);
  }

  return {
    busy() {
      lastUsec = clock.now().monotonicUsec;
      if (wantedUsec === afterUsec) return;
      wantedUsec = afterUsec;
      cancel();
      cancel = clock.at(lastUsec + afterUsec, look);
    },
    [Symbol.dispose]: () => cancel(),
  };
}
