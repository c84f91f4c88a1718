import type { UnitDraft } from './draft.ts';
import type { ListenAddress } from './values/types.ts';

/** Refuses sockets that cannot work (systemd.socket(5)); run when all files of the unit are read. */
export function verifySocket(draft: UnitDraft): void {
  const { Accept, DeferTrigger, Listen, MaxConnections, Service, Symlinks } = draft.settings('socket');
  if (Listen.length === 0) draft.refuse('the socket has no ListenStream=, ListenDatagram= or other Listen*=');
  if (Accept) {
    const stubborn = Listen.find((address) => !canAccept(address));
    if (stubborn !== undefined) draft.refuse(`Accept=yes needs sockets that take connections, which ${stubborn.text} does not`, 'Accept');
    if (MaxConnections <= 0) draft.refuse('Accept=yes needs MaxConnections= of at least 1', 'MaxConnections');
    if (Service !== '')
      draft.refuse('Service= cannot be combined with Accept=yes: each connection gets an instance of the template', 'Service');
    if (DeferTrigger !== undefined && DeferTrigger !== 'no')
      draft.refuse('DeferTrigger= cannot be combined with Accept=yes', 'DeferTrigger');
  }
  if (Symlinks.length > 0 && Listen.filter(hasNode).length !== 1) {
    draft.refuse('Symlinks= needs exactly one socket or FIFO in the file system', 'Symlinks');
  }
}

function canAccept(address: ListenAddress): boolean {
  return address.kind === 'stream' || address.kind === 'sequential-packet';
}

function hasNode(address: ListenAddress): boolean {
  if (address.kind === 'fifo') return true;
  return 'address' in address && address.address.family === 'unix' && !address.address.abstract;
}
