import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
export interface IpAddress { readonly family: 'inet' | 'inet6'; readonly bytes: Uint8Array }
export interface IpPrefix extends IpAddress { readonly length: number }
/** IPAddressAllow=, IPAddressDeny=. */
export declare const addressPrefixList: ValueParser<readonly IpPrefix[]>;
