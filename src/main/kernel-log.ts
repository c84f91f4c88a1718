import { open } from 'node:fs/promises';
import { type KernelRecord, parseKernelRecord } from '../journal/kmsg.ts';

/** Reads the kernel's log from its beginning, record by record, until it cannot be read any more: in many containers that is at once. */
export async function readKernelLog(path: string, received: (record: KernelRecord) => void): Promise<void> {
  try {
    await using file = await open(path, 'r');
    const buffer = Buffer.alloc(16_384);
    for (;;) {
      const length = await readRecord(file, buffer);
      if (length === 0) return;
      const record = parseKernelRecord(buffer.subarray(0, length));
      if (record !== undefined) received(record);
    }
  } catch {
    // There is no such log, or it is not for us.
  }
}

interface Readable {
  read(buffer: Buffer, options: { readonly position: null }): Promise<{ readonly bytesRead: number }>;
}

/** The next record; those that were overwritten before they were read are left out. */
async function readRecord(file: Readable, buffer: Buffer): Promise<number> {
  for (;;) {
    try {
      return (await file.read(buffer, { position: null })).bytesRead;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
    }
  }
}
