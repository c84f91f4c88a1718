import { err, ok } from '../../base/result.ts';
import { expanded, listOf } from './combine.ts';
import type { ValueParser } from './parser.ts';
import { decoded, unquoted } from './words.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Whether the text may be the name of an environment variable. */
export function isEnvironmentName(text: string): boolean {
  return NAME.test(text);
}

/** Whether the text may be the value of an environment variable: any Unicode text without NUL. */
export function isEnvironmentValue(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** Whether the text is NAME=value. */
export function isEnvironmentAssignment(text: string): boolean {
  const equals = text.indexOf('=');
  return equals > 0 && isEnvironmentName(text.slice(0, equals)) && isEnvironmentValue(text.slice(equals + 1));
}

/** Environment=: words NAME=value; one that is not valid is dropped with a warning. */
export const environmentAssignments: ValueParser<readonly string[]> = listOf(
  expanded(checked(isEnvironmentAssignment, 'expected an assignment such as NAME=value')),
  decoded,
);

/** PassEnvironment=: names. */
export const environmentNames: ValueParser<readonly string[]> = listOf(
  expanded(checked(isEnvironmentName, 'expected the name of an environment variable')),
  unquoted,
);

/** UnsetEnvironment=: names, or assignments that go only where the value is the same. */
export const environmentNamesOrAssignments: ValueParser<readonly string[]> = listOf(
  expanded(
    checked((text) => isEnvironmentName(text) || isEnvironmentAssignment(text), 'expected a NAME or an assignment such as NAME=value'),
  ),
  decoded,
);

function checked(isValid: (text: string) => boolean, expected: string): ValueParser<string> {
  return (text) => (isValid(text) ? ok(text) : err({ message: `${expected}, found ${JSON.stringify(text)}` }));
}
