import { encodeControl } from '../../base/c-escape.ts';

/** A value as bash reads it back: bare where that is safe, else in `$'…'` (systemctl(1), show-environment). */
export function quoteForShell(value: string): string {
  if (!/[\s\x00-\x1f\x7f"\\`$*?[\]'()<>|&;!]/.test(value)) return value;
  return `$'${value.replaceAll(/[\\']/g, '\\$&').replaceAll(controls, encodeControl)}'`;
}

const controls = /[\x00-\x1f\x7f]/g;
