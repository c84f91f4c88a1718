import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** A share of 100, as 10%. */
export declare const percent: ValueParser<number>;
/** A share of 10000, as 12.34%, 5‰ or 7‱. */
export declare const permyriad: ValueParser<number>;
export declare const permille: ValueParser<number>;
export declare const percentUnbounded: ValueParser<number>;
export declare const permilleUnbounded: ValueParser<number>;
export declare const permyriadUnbounded: ValueParser<number>;
