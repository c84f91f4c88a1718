import { ok } from '../../base/result.ts';
import { refuse } from './parser.ts';
import type { ValueParser } from './parser.ts';

const UNBOUNDED = 2147483647;

/** A whole number of hundredths, as `10%`. */
export const percent: ValueParser<number> = share(0, 100);
/** As percent, with no upper bound. */
export const percentUnbounded: ValueParser<number> = share(0, UNBOUNDED);
/** Thousandths, as `10%`, `10.5%` or `105‰`. */
export const permille: ValueParser<number> = share(1, 1000);
/** As permille, with no upper bound. */
export const permilleUnbounded: ValueParser<number> = share(1, UNBOUNDED);
/** Ten-thousandths, as `10%`, `10.55%`, `105.5‰` or `1055‱`. */
export const permyriad: ValueParser<number> = share(2, 10000);
/** As permyriad, with no upper bound. */
export const permyriadUnbounded: ValueParser<number> = share(2, UNBOUNDED);

const signs: Readonly<Record<string, number>> = { '%': 0, '‰': 1, '‱': 2 };
const FORM = /^([+-]?\d+)(?:\.(\d{1,2}))?([%‰‱])$/;
const example = ['10%', '10.5% or 105‰', '10.55%, 105.5‰ or 1055‱'];

/** A number of 10^-(2+digits) parts, at most `max` of them. */
function share(digits: 0 | 1 | 2, max: number): ValueParser<number> {
  return (text) => {
    const [, whole = '', fraction = '', sign = ''] = FORM.exec(text) ?? [];
    const places = digits - (signs[sign] ?? 0);
    if (whole === '' || places < 0 || fraction.length > places) return refuse(`expected a share such as ${example[digits]}`);
    const value = Number(whole + fraction.padEnd(places, '0'));
    return value >= 0 && value <= max
      ? ok(value === 0 ? 0 : value)
      : refuse(`${text} is out of range: expected 0% to ${max / 10 ** digits}%`);
  };
}
