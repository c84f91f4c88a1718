import { ok, type Result } from '../../base/result.ts';
import { listOf, warnAt } from './combine.ts';
import { refuse, type ValueContext, type ValueError, type ValueParser } from './parser.ts';
import { absolutePath, splitFields, tuples } from './path.ts';

/** How one partition of an image is mounted. */
export interface PartitionOptions {
  readonly partition: string;
  readonly options: string;
}

/** An image of ExtensionImages=. */
export interface ExtensionImage {
  readonly source: string;
  readonly ignoreMissing: boolean;
  readonly options: readonly PartitionOptions[];
}

/** An image of MountImages=, and where it is mounted. */
export interface MountedImage extends ExtensionImage {
  readonly destination: string;
}

/** RootImageOptions=: words `[partition:]options`; without a partition they are those of the root. */
export const partitionOptionsList: ValueParser<readonly PartitionOptions[]> = listOf((text, context) => {
  const fields = imageFields(text, context);
  if (!fields.ok) return fields;
  if (fields.value.length > 2) return refuse('expected [partition:]options');
  const [read] = readOptions(fields.value, context);
  return read === undefined ? refuse(expectedPartition) : ok(read);
}, tuples);

/** MountImages=: words `[-]image:destination[:options]`, where options are those of the root or pairs `partition:options`. */
export const mountedImageList: ValueParser<readonly MountedImage[]> = listOf((text, context) => {
  const fields = imageFields(text, context);
  if (!fields.ok) return fields;
  const [from = '', to = '', ...rest] = fields.value;
  const image = readImage(from, rest, context);
  if (!image.ok) return image;
  const destination = to === '' ? refuse('expected image:destination') : absolutePath(to, context);
  return destination.ok ? ok({ ...image.value, destination: destination.value }) : destination;
}, tuples);

/** ExtensionImages=: words `[-]image[:options]`. */
export const extensionImageList: ValueParser<readonly ExtensionImage[]> = listOf((text, context) => {
  const fields = imageFields(text, context);
  if (!fields.ok) return fields;
  const [from = '', ...rest] = fields.value;
  return readImage(from, rest, context);
}, tuples);

/** How the partition with the root is mounted. */
export function rootOptions(options: readonly PartitionOptions[]): string {
  return options.find(({ partition }) => partition === 'root')?.options ?? '';
}

/** What partitions of an image are called (systemd.exec(5), RootImageOptions=). */
export const partitionNames: ReadonlySet<string> = new Set('root usr home srv esp xbootldr tmp var'.split(' '));
const expectedPartition = `expected a partition such as ${[...partitionNames].join(', ')}`;

function imageFields(text: string, context: ValueContext): Result<readonly string[], ValueError> {
  const expanded = context.specifiers.expand(text, 'full');
  return expanded.ok ? splitFields(expanded.value, context) : expanded;
}

function readImage(from: string, rest: readonly string[], context: ValueContext): Result<ExtensionImage, ValueError> {
  const ignoreMissing = from.startsWith('-');
  const source = absolutePath(ignoreMissing ? from.slice(1) : from, context);
  return source.ok ? ok({ source: source.value, ignoreMissing, options: readOptions(rest, context) }) : source;
}

/** Pairs of a partition and its options; what is left over is for the root. A partition that there is not is dropped with a warning. */
function readOptions(fields: readonly string[], context: ValueContext): readonly PartitionOptions[] {
  const found: PartitionOptions[] = [];
  for (let at = 0; at < fields.length; at += 2) {
    const [first = '', second] = fields.slice(at, at + 2);
    if (second === undefined) found.push({ partition: 'root', options: first });
    else if (partitionNames.has(first)) found.push({ partition: first, options: second });
    else warnAt(context, { message: `${expectedPartition}, found ${JSON.stringify(first)}` }, 0);
  }
  return found;
}
