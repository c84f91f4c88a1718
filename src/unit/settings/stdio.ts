import { linearRegexp } from '../../base/regexp/regexp.ts';
import type { Result } from '../../base/result.ts';
import { refuse, type ValueContext, type ValueError } from '../values/parser.ts';
import { textLike } from './checked-words.ts';
import { boolean } from '../values/boolean.ts';
import { expanded, listOf, orEmpty } from '../values/combine.ts';
import { oneOf } from '../values/enum.ts';
import { inputData, inputText } from '../values/input-data.ts';
import { unsigned } from '../values/integer.ts';
import { absolutePath } from '../values/path.ts';
import { inputSource, outputTarget } from '../values/standard-stream.ts';
import { plainString, string } from '../values/string.ts';
import { logFacility, logLevel } from '../values/syslog.ts';
import { timespan } from '../values/timespan.ts';
import { decoded } from '../values/words.ts';
import { concatenateBytes } from './merge.ts';
import { combining, entries, into, last, list, merged } from './setting.ts';

/** It is part of the names of files and of units. */
const namespaceName = textLike(/^[A-Za-z0-9:_.\\-]{1,200}$/, 'the name of a namespace, without slashes and blanks');

const logFields = listOf(expanded(textLike(/^[A-Z][A-Z0-9_]{0,63}=/, 'a field such as NAME=value')), decoded);

/** Standard streams, terminals and logging (systemd.exec(5)). */
export const stdioRows = {
  StandardInput: last(inputSource, { kind: 'null' }, { since: 183, meaning: 'Where fd 0 comes from' }),
  StandardOutput: last(outputTarget, undefined, { since: 183, meaning: 'Where fd 1 goes' }),
  StandardError: last(outputTarget, undefined, { since: 183, meaning: 'Where fd 2 goes' }),
  StandardInputText: into(
    'StandardInputData',
    combining(
      'append',
      merged(inputText, undefined, concatenateBytes, { since: 236, meaning: 'Text fed to stdin (one line per assignment, appended)' }),
    ),
  ),
  StandardInputData: into(
    'StandardInputData',
    combining('append', merged(inputData, undefined, concatenateBytes, { since: 236, meaning: 'Base64 data fed to stdin (appended)' })),
  ),
  'X-Tysd-Streams': into(
    'OwnStreams',
    last(orEmpty(oneOf('unit', 'inherit'), 'unit'), 'unit', {
      since: 0,
      meaning: "tysd's own: inherit is the three streams that tysd was started with, whatever else is set; unit is what is set",
    }),
  ),
  TTYPath: last(orEmpty(absolutePath, ''), '', { since: 183, meaning: 'Terminal for tty input/output' }),
  TTYReset: last(boolean, false, { since: 183, meaning: 'Reset the terminal before/after use' }),
  TTYVHangup: last(boolean, false, { since: 183, meaning: 'Disconnect other users of the terminal' }),
  TTYVTDisallocate: last(boolean, false, { since: 183, meaning: 'Clear the virtual console' }),
  TTYRows: last(orEmpty(unsigned, undefined), undefined, { since: 250, meaning: 'Rows set on the terminal' }),
  TTYColumns: last(orEmpty(unsigned, undefined), undefined, { since: 250, meaning: 'Columns set on the terminal' }),
  SyslogIdentifier: last(string, '', { since: 183, meaning: 'Tag of log lines' }),
  SyslogFacility: last(logFacility, 'daemon', { since: 183, meaning: 'Syslog facility' }),
  SyslogLevel: last(logLevel, 'info', { since: 183, meaning: 'Default syslog level' }),
  SyslogLevelPrefix: last(boolean, true, { since: 183, meaning: 'Interpret <N> prefixes of log lines' }),
  LogLevelMax: last(logLevel, undefined, { since: 236, meaning: 'Drop messages above this level' }),
  LogRateLimitIntervalSec: last(timespan, undefined, {
    since: 240,
    meaning: 'Journal rate limit window for the unit',
  }),
  LogRateLimitBurst: last(unsigned, undefined, { since: 240, meaning: 'Journal rate limit burst for the unit' }),
  LogExtraFields: list(logFields, { since: 236, meaning: 'Extra journal fields FIELD=value' }),
  LogFilterPatterns: entries(filterPattern, { since: 253, meaning: 'Regex allow list, or deny list with ~' }),
  LogNamespace: last(orEmpty(expanded(namespaceName), ''), '', { since: 245, meaning: 'Separate journal namespace' }),
};

/** A regular expression, or one behind `~`; one that only a machine of unbounded patience could carry out is refused. */
function filterPattern(text: string, context: ValueContext): Result<string, ValueError> {
  const parsed = plainString(text, context);
  const pattern = parsed.ok ? linearRegexp(parsed.value.replace(/^~/, '')) : undefined;
  return pattern?.ok === false ? refuse(`${JSON.stringify(text)} cannot be used as a pattern: ${pattern.error}`) : parsed;
}
