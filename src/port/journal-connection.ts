import { type ByteSocket, connectSocket } from '../net/socket.ts';
import {
  type JournalFrame,
  type JournalRest,
  decodeJournalFrames,
  encodeJournalAck,
  encodeJournalHello,
  encodeJournalRest,
  journalVersion,
} from './journal-wire.ts';

/** The journal's end of its link to the keeper. */
export interface JournalLink {
  /** Tells the keeper that everything up to this sequence number is committed durably. */
  acknowledge(sequence: number): void;
  /** Asks to be allowed to end until there is something to do; the keeper closes the link, or goes on. */
  rest(known: JournalRest): void;
  /** Stops or resumes reading, so that the keeper, and behind it the services, wait. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** What the journal does with what comes over the link. */
export interface JournalReceiver {
  /** The last sequence number that is committed for this instance of the keeper, or 0. */
  lastSequence(instance: bigint): number;
  /** The frames that came together, in order; their bytes are the receiver's to keep. */
  received(frames: readonly JournalFrame[]): void;
  /** The keeper is gone, or (with an error) the link is unusable. */
  closed(error?: string): void;
}

/** Connects the journal process to the keeper's journal socket, whose path is in $TYSD_JOURNAL. */
export function connectJournal(path: string, receiver: JournalReceiver): JournalLink {
  let socket: ByteSocket | undefined;
  let rest: Uint8Array = new Uint8Array(0);
  let failure: string | undefined;
  const fail = (message: string) => {
    failure ??= message;
    socket?.destroy();
  };
  const received = (chunk: Uint8Array): void => {
    const decoded = decodeJournalFrames(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
    if (!decoded.ok) return fail(`The keeper sent nonsense: ${decoded.error}`);
    rest = decoded.value.rest;
    const [first] = decoded.value.frames;
    if (first?.kind === 'hello') {
      if (first.version !== journalVersion) return fail(`The keeper speaks version ${first.version}, not ${journalVersion}`);
      socket?.write(encodeJournalHello(receiver.lastSequence(first.instance)));
    }
    if (decoded.value.frames.length > 0) receiver.received(decoded.value.frames);
  };
  const closed = (error?: Error): void => {
    if (error !== undefined) failure ??= `The keeper's journal socket ${path}: ${error.message}`;
    receiver.closed(failure);
  };
  const begin = async (): Promise<void> => {
    const connected = await connectSocket(path, (ours) => {
      socket = ours;
      return { data: received, closed };
    });
    if (!connected.ok) closed(connected.error);
  };
  void begin();
  return {
    acknowledge: (sequence) => socket?.write(encodeJournalAck(sequence)),
    rest: (known) => socket?.write(encodeJournalRest(known)),
    pause: () => socket?.pause(),
    resume: () => socket?.resume(),
    close: () => socket?.destroy(),
  };
}
