import { fileName } from '../../base/path.ts';
import { ok } from '../../base/result.ts';
import { expanded } from './combine.ts';
import { isFileDescriptorName } from './file-descriptor-name.ts';
import { refuse } from './parser.ts';
import type { ValueParser } from './parser.ts';
import { checkPath, splitFields } from './path.ts';

const flagNames = ['read-only', 'append', 'truncate', 'graceful'] as const;

/** A file that is opened for a service and passed to it (OpenFile=). */
export interface OpenFile {
  readonly path: string;
  readonly name: string;
  readonly flags: readonly (typeof flagNames)[number][];
}

/** OpenFile=: `path[:name[:flag,…]]`. */
export const openFile: ValueParser<OpenFile> = expanded((text, context) => {
  const fields = splitFields(text, context);
  if (!fields.ok) return fields;
  const [target = '', given = '', options = ''] = fields.value;
  const path = checkPath(target);
  if (!path.ok) return path;
  const name = given === '' ? (fileName(path.value) ?? '') : given;
  if (!isFileDescriptorName(name) || fields.value.length > 3) return refuse('expected path[:name[:options]]', target.length);
  const flags = options === '' ? [] : options.split(',');
  if (!flags.every(isFlag) || new Set(flags).size < flags.length || flags.filter((flag) => flag !== 'graceful').length > 1) {
    return refuse(
      `expected at most one of read-only, append and truncate, and graceful, found ${JSON.stringify(options)}`,
      text.length - options.length,
    );
  }
  return ok({ path: path.value, name, flags });
});

function isFlag(text: string): text is OpenFile['flags'][number] {
  return flagNames.some((name) => name === text);
}
