import { err, ok, type Result } from '../../base/result.ts';

/** Where HTTP is answered: a port of an address, or a unix socket. */
export type HttpAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** Reads PORT, :PORT, ADDRESS:PORT, [ADDRESS]:PORT or the absolute path of a socket. A port alone is one of this machine only. */
export function parseHttpAddress(text: string): Result<HttpAddress, string> {
  if (text.startsWith('/')) return ok({ path: text });
  const match = /^(?:(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]/]*)):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) return err(`${text} is no address: expected PORT, :PORT, ADDRESS:PORT or the path of a socket`);
  const host = match[1] ?? match[2];
  // As servers of HTTP are told: nothing before the colon is every address.
  if (host === '') return ok({ host: '::', port });
  return ok({ host: host ?? '127.0.0.1', port });
}
