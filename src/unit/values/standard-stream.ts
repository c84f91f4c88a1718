import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { warnAt } from './combine.ts';
import { isFileDescriptorName } from './file-descriptor-name.ts';
import { refuse } from './parser.ts';
import type { ValueContext, ValueError, ValueParser } from './parser.ts';
import { absolutePath } from './path.ts';
import type { InputSource, OutputTarget } from './types.ts';

const inputs: ReadonlySet<string> = new Set(['null', 'tty', 'tty-force', 'tty-fail', 'data', 'socket'] satisfies InputSource['kind'][]);
const outputs: ReadonlySet<string> = new Set([
  'inherit',
  'null',
  'tty',
  'journal',
  'journal+console',
  'kmsg',
  'kmsg+console',
  'socket',
] satisfies OutputTarget['kind'][]);

/** Names that were taken back long ago, and what they mean today. */
const obsolete: Readonly<Record<string, string>> = { syslog: 'journal', 'syslog+console': 'journal+console' };

/** StandardInput=. */
export const inputSource: ValueParser<InputSource> = (text, context) => {
  if (isPlainInput(text)) return ok({ kind: text });
  if (text === 'fd' || text.startsWith('fd:')) return descriptor(text, context);
  const path = pathBehind('file:', text, context);
  if (path === undefined) return refuse('expected null, tty, tty-force, tty-fail, data, socket, fd[:NAME] or file:PATH');
  return path.ok ? ok({ kind: 'file', path: path.value }) : path;
};

/** StandardOutput=, StandardError=. */
export const outputTarget: ValueParser<OutputTarget> = (text, context) => {
  const name = obsolete[text] ?? text;
  if (name !== text) warnAt(context, { message: `${text} is obsolete, taken as ${name}`, told: true }, 0);
  if (isPlainOutput(name)) return ok({ kind: name });
  if (text === 'fd' || text.startsWith('fd:')) return descriptor(text, context);
  for (const kind of ['file', 'append', 'truncate'] as const) {
    const path = pathBehind(`${kind}:`, text, context);
    if (path !== undefined) return path.ok ? ok({ kind, path: path.value }) : path;
  }
  return refuse(
    'expected inherit, null, tty, journal, journal+console, kmsg, kmsg+console, socket, fd[:NAME], file:PATH, append:PATH or truncate:PATH',
  );
};

function descriptor(text: string, context: ValueContext): Result<{ readonly kind: 'fd'; readonly name?: string }, ValueError> {
  if (text === 'fd') return ok({ kind: 'fd' });
  const name = context.specifiers.expand(text.slice('fd:'.length), 'full');
  if (!name.ok) return name;
  return isFileDescriptorName(name.value)
    ? ok({ kind: 'fd', name: name.value })
    : refuse('expected the name of a descriptor behind fd:', 3);
}

function pathBehind(prefix: string, text: string, context: ValueContext): Result<string, ValueError> | undefined {
  if (!text.startsWith(prefix)) return undefined;
  const path = absolutePath(text.slice(prefix.length), context);
  return path.ok ? path : refuse(path.error.message, prefix.length + (path.error.offset ?? 0));
}

function isPlainInput(text: string): text is Exclude<InputSource['kind'], 'file' | 'fd'> {
  return inputs.has(text);
}

function isPlainOutput(text: string): text is Exclude<OutputTarget['kind'], 'file' | 'append' | 'truncate' | 'fd'> {
  return outputs.has(text);
}
