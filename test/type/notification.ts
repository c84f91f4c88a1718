import type { Notification, UnitEvent } from '../../src/type/type.ts';

type Notified = Extract<UnitEvent, { readonly event: 'notified' }>;

/** A message of the main process that says just this. */
export function notification(message: Partial<Notification>, sender: Partial<Notified> = {}): Notified {
  return {
    event: 'notified',
    from: 'main',
    pid: 1001,
    uid: 0,
    message: {
      ready: false,
      reloading: false,
      stopping: false,
      fdStore: false,
      fdStoreRemove: false,
      fdPoll: true,
      barrier: false,
      fds: [],
      ...message,
    },
    ...sender,
  };
}
