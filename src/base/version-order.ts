/**
 * Compares versions the way systemd does: digits by value, letters by code, and of what separates them `~` sorts before the
 * end, then `-`, then `^`, then `.`; all else only divides. Below 0: a is older; 0: equal.
 */
export function compareVersions(a: string, b: string): number {
  let left = a;
  let right = b;
  for (;;) {
    left = skip(left);
    right = skip(right);
    for (const mark of ['~', '-', '^', '.'] as const) {
      const has = [left.startsWith(mark), right.startsWith(mark)] as const;
      if (mark === '~' || (left !== '' && right !== '')) {
        if (has[0] !== has[1]) return has[0] ? -1 : 1;
      } else if (mark === '-' && (left === '' || right === '')) return order(left.length > 0 ? 1 : 0, right.length > 0 ? 1 : 0);
      if (has[0] && has[1]) {
        left = left.slice(1);
        right = right.slice(1);
      }
    }
    if (left === '' && right === '') return 0;
    const difference = isDigit(left) || isDigit(right) ? compareNumbers(left, right) : compareLetters(left, right);
    if (difference !== 0) return difference;
    const digits = isDigit(left);
    left = left.slice(run(left, digits).length);
    right = right.slice(run(right, digits).length);
  }
}

const NUMBER = /^[0-9]*/;
const LETTERS = /^[A-Za-z]*/;

function skip(text: string): string {
  return text.replace(/^[^0-9A-Za-z~^.-]+/, '');
}

function isDigit(text: string): boolean {
  return /^[0-9]/.test(text);
}

function run(text: string, digits: boolean): string {
  return (digits ? NUMBER : LETTERS).exec(text)?.[0] ?? '';
}

function compareNumbers(a: string, b: string): number {
  const left = run(a, true).replace(/^0+/, '');
  const right = run(b, true).replace(/^0+/, '');
  if (run(a, true) === '' || run(b, true) === '') return order(run(a, true).length > 0 ? 1 : 0, run(b, true).length > 0 ? 1 : 0);
  return left.length === right.length ? order(left, right) : order(left.length, right.length);
}

/** Capitals sort before small letters, and a word before its beginning's longer ones. */
function compareLetters(a: string, b: string): number {
  return order(run(a, false), run(b, false));
}

function order<T extends number | string>(a: T, b: T): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
