/** What the kernel asks of the owner of an automount point (the kernel's Documentation/filesystems/autofs.rst): to mount, or to unmount what is idle. */
export interface AutofsRequest {
  readonly asks: 'mount' | 'unmount';
  readonly token: number;
  readonly device: number;
  /** Who made it ask. */
  readonly pid: number;
}

/** Reads one packet of protocol version 5; undefined for anything else. */
export function parseAutofsPacket(bytes: Uint8Array): AutofsRequest | undefined {
  if (bytes.length < shortest) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const asks = kinds[view.getUint32(4, true)];
  if (view.getUint32(0, true) !== 5 || asks === undefined) return undefined;
  return { asks, token: view.getUint32(8, true), device: view.getUint32(12, true), pid: view.getUint32(32, true) };
}

/** More than a packet is long, whatever the alignment of the machine. */
export const largestPacket = 512;

const shortest = 44;
const kinds: Readonly<Record<number, AutofsRequest['asks']>> = { 5: 'mount', 6: 'unmount' };
