import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** StandardInputText=: C escapes and specifiers, then a newline. */
export declare const inputText: ValueParser<Uint8Array>;
/** StandardInputData=: base64. */
export declare const inputData: ValueParser<Uint8Array>;
