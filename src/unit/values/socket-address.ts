import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
import type { ListenAddress, SocketAddress } from './types.ts';
/** Listen*= of the given kind. */
export declare function listenAddress(kind: ListenAddress['kind']): ValueParser<ListenAddress>;
export declare function parseSocketAddress(text: string): Result<SocketAddress, ValueError>;
export declare function formatSocketAddress(address: SocketAddress): string;
