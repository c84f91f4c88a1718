import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
import type { InputSource, OutputTarget } from './types.ts';
/** StandardInput=. */
export declare const inputSource: ValueParser<InputSource>;
/** StandardOutput=, StandardError=. */
export declare const outputTarget: ValueParser<OutputTarget>;
