import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/**
 * Resolves each time that the journal's file has been written, and when a second has passed where watching is not
 * possible; ends when the signal says so.
 */
export async function* changesOf(path: string, signal: AbortSignal): AsyncGenerator<void> {
  let wake: (() => void) | undefined;
  let changed = true;
  const notice = (): void => {
    changed = true;
    wake?.();
  };
  // A commit is several writes, and the runtime may tell of the first only: so what follows a notice is looked at again.
  let again: NodeJS.Timeout[] = [];
  const noticeAgain = (): void => {
    for (const timer of again) clearTimeout(timer);
    again = settleMs.map((delay) => setTimeout(notice, delay));
  };
  const name = basename(path);
  using _ = watchDirectory(dirname(path), (file) => {
    // The writer's log changes with each commit.
    if (file === null || file.startsWith(name)) {
      notice();
      noticeAgain();
    }
  });
  signal.addEventListener('abort', notice, { once: true });
  try {
    while (!signal.aborted) {
      if (!changed) await new Promise<void>((resolve) => (wake = resolve));
      changed = false;
      if (!signal.aborted) yield;
    }
  } finally {
    for (const timer of again) clearTimeout(timer);
  }
}

/** What tells one file from another that takes its place. */
export function fileIdentity(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.dev}:${stat.ino}`;
}

const pollMs = 1000;
const settleMs = [3, 25];

function watchDirectory(directory: string, changed: (file: string | null) => void): Disposable {
  let watcher: FSWatcher | undefined;
  let timer: NodeJS.Timeout | undefined;
  const poll = (): void => {
    watcher?.close();
    timer ??= setInterval(() => changed(null), pollMs);
  };
  try {
    watcher = watch(directory, (_, file) => changed(file));
    watcher.on('error', poll);
  } catch {
    // No inotify instance is left.
    poll();
  }
  return {
    [Symbol.dispose]() {
      watcher?.close();
      clearInterval(timer);
    },
  };
}
