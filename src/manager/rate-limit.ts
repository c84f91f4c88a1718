/** A window in which events are counted. */
export interface Window {
  readonly beginUsec: number;
  readonly count: number;
}

/** Counts one event: the window after it, and whether the event is within the limit. An interval or burst of 0 means no limit. */
export function count(
  window: Window | undefined,
  nowUsec: number,
  limit: { readonly intervalUsec: number; readonly burst: number },
): { readonly window: Window | undefined; readonly allowed: boolean } {
  if (limit.intervalUsec <= 0 || limit.burst <= 0) return { window: undefined, allowed: true };
  if (window === undefined || window.beginUsec + limit.intervalUsec < nowUsec) {
    return { window: { beginUsec: nowUsec, count: 1 }, allowed: true };
  }
  if (window.count >= limit.burst) return { window, allowed: false };
  return { window: { ...window, count: window.count + 1 }, allowed: true };
}
