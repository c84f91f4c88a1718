import type { Result } from '../../base/result.ts';
import type { Specifiers } from '../specifiers.ts';

/** Why a value was not taken; `fatal` errors make the unit `bad-setting` (semantics: systemd refuses the whole unit). */
export interface ValueError {
  readonly message: string;
  /** Offset in the value where the trouble begins, in UTF-16 units. */
  readonly offset?: number;
  readonly fatal?: boolean;
  /** It is none of the words that there are, or a number beyond its bounds: systemd's tools have messages of their own for these. */
  readonly kind?: 'word' | 'range' | 'name';
  /** The message tells what becomes of the value, which is not ignored. */
  readonly told?: true;
  /** Nothing is wrong: only who looks for what could be better is told. */
  readonly notice?: true;
  /** It is told of files; a property that is set so is taken without a word, as by systemd. */
  readonly remark?: true;
}

/** What a value may depend on besides its own text. */
export interface ValueContext {
  readonly specifiers: Specifiers;
  readonly scope: 'system' | 'user';
  /** Collects remarks about words that were dropped while the rest was taken. */
  warn(error: ValueError): void;
}

/** Turns the text right of the `=` into a value. */
export type ValueParser<T> = (text: string, context: ValueContext) => Result<T, ValueError>;

/** A value that was not taken: what was expected, and where the trouble begins. */
export function refuse(message: string, offset = 0, kind?: ValueError['kind']): { readonly ok: false; readonly error: ValueError } {
  return { ok: false, error: kind === undefined ? { message, offset } : { message, offset, kind } };
}
