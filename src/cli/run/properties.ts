import { err, ok, type Result } from '../../base/result.ts';
import { readTypedName } from '../../api/unit-name.ts';
import { sliceInside } from '../../api/slice.ts';
import { quoteWord } from '../../base/quote-word.ts';
import type { RunRequest } from './options.ts';

/** A property as it is given to the manager. */
export interface Property {
  readonly name: string;
  readonly value: string;
}

/** What the properties depend on besides the command line. */
export interface Place {
  /** Absolute path of the command's program. */
  readonly executable: string | undefined;
  /** The slice that the caller runs in. */
  readonly slice: string;
  /** Path of the pseudo terminal, and the type of the caller's. */
  readonly terminal: { readonly path: string; readonly type: string | undefined } | undefined;
}

/** The properties of the service; an error is a sentence that systemd-run has for it. */
export function serviceProperties(request: RunRequest, place: Place): Result<readonly Property[], string> {
  return joined(unitProperties(request, place), groupProperties(request, place), ok(processProperties(request, place)));
}

/** The properties of a scope around the command. */
export function scopeProperties(request: RunRequest, place: Place): Result<readonly Property[], string> {
  return joined(unitProperties(request, place), groupProperties(request, place));
}

/** The properties of the timer, path or socket that starts the service. */
export function triggerProperties(request: RunRequest, place: Place): Result<readonly Property[], string> {
  const { description, collect, pathProperties, socketProperties, timerProperties, trigger } = request;
  const own: readonly Property[] = [
    { name: 'Description', value: description ?? describe(request, place) },
    ...(collect ? [collecting] : []),
  ];
  const assigned = assignments([...pathProperties, ...socketProperties, ...timerProperties]);
  return joined(ok(own), assigned, ok(trigger === 'timer' ? [{ name: 'RemainAfterElapse', value: 'no' }] : []));
}

const collecting: Property = { name: 'CollectMode', value: 'inactive-or-failed' };

function joined(...parts: readonly Result<readonly Property[], string>[]): Result<readonly Property[], string> {
  const all: Property[] = [];
  for (const part of parts) {
    if (!part.ok) return part;
    all.push(...part.value);
  }
  return ok(all);
}

function assignments(words: readonly string[]): Result<readonly Property[], string> {
  const found: Property[] = [];
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 0) return err(`Not an assignment: ${word}`);
    found.push({ name: word.slice(0, equals), value: word.slice(equals + 1) });
  }
  return ok(found);
}

function unitProperties(request: RunRequest, place: Place): Result<readonly Property[], string> {
  const { description, collect, properties } = request;
  const own = [{ name: 'Description', value: description ?? describe(request, place) }, ...(collect ? [collecting] : [])];
  return joined(ok(own), assignments(properties));
}

function describe({ command, unit }: RunRequest, { executable }: Place): string {
  return executable === undefined ? (unit ?? '') : oneLine([executable, ...command.slice(1)].join(' '));
}

/** A description is one line, whatever the command's words are. */
function oneLine(text: string): string {
  return text.replace(/[\x00-\x1f\x7f]+/g, ' ').replace(/\\+$/, '');
}

function groupProperties({ slice, inheritSlice, sendSighup, asScope }: RunRequest, place: Place): Result<readonly Property[], string> {
  const found: Property[] = [];
  const own = slice === undefined ? undefined : readTypedName(slice, 'slice')?.name;
  if (slice !== undefined && own === undefined) return err(`Failed to mangle name '${slice}'`);
  const name = inheritSlice ? within(place.slice, own) : own;
  if (name === undefined && inheritSlice) return err(`Failed to determine slice of unit inside ${place.slice}`);
  if (name !== undefined && !name.endsWith('.slice'))
    return err(`Failed to start transient ${asScope ? 'scope' : 'service'} unit: Unit name '${name}' is not a slice`);
  if (name !== undefined) found.push({ name: 'Slice', value: name });
  if (sendSighup) found.push({ name: 'SendSIGHUP', value: 'yes' });
  return ok(found);
}

function within(outer: string, inner: string | undefined): string | undefined {
  return inner === undefined ? outer : sliceInside(outer, inner.replace(/\.slice$/, ''));
}

function processProperties(request: RunRequest, { executable, terminal }: Place): readonly Property[] {
  const { remainAfterExit, serviceType, uid, gid, nice, workingDirectory, environment, command } = request;
  const set: readonly (readonly [string, string | undefined])[] = [
    ['RemainAfterExit', remainAfterExit ? 'yes' : undefined],
    ['Type', serviceType],
    ['User', uid],
    ['Group', gid],
    ['Nice', nice === undefined ? undefined : String(nice)],
    ['WorkingDirectory', workingDirectory],
    ...(terminal === undefined ? [] : terminalSettings(terminal)),
    ...environment.map((each) => ['Environment', quoteWord(each)] as const),
    ['ExecStart', executable === undefined ? undefined : commandLine(request, executable, command)],
  ];
  return set.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

function terminalSettings({ path, type }: NonNullable<Place['terminal']>): readonly (readonly [string, string])[] {
  return [
    ['StandardInput', 'tty'],
    ['StandardOutput', 'tty'],
    ['StandardError', 'tty'],
    ['TTYPath', path],
    ...(type === undefined ? [] : [['Environment', quoteWord(`TERM=${type}`)] as const]),
  ];
}

/** A line of ExecStart= that comes to exactly these words; what begins with a dollar is expanded by the service, as systemd-run has it. */
function commandLine({ shell, expandEnvironment, ignoreFailure }: RunRequest, executable: string, command: readonly string[]): string {
  const name = executable.slice(executable.lastIndexOf('/') + 1);
  const prefix = `${ignoreFailure ? '-' : ''}${expandEnvironment ? '' : ':'}${shell ? '@' : ''}`;
  // A shell that is told so by the dash before its name is one of login.
  const words = shell ? [`-${name}`] : command.slice(1);
  return [`${prefix}${executable}`, ...words].map(quoteWord).join(' ');
}
