import { entryField, type Entry, valueText } from '../record.ts';
import { type Catalog, catalogHeader } from './catalog-files.ts';

/** What messages are explained by, and how the lines of it begin. */
export interface Explaining {
  readonly catalog: Catalog;
  readonly mark: string;
}

/** The lines that explain an entry (journalctl(1), --catalog), each with its mark before it; '' where there is nothing to say of it. A field that it does not have is called by its name. */
export function explanationOf(entry: Entry, { catalog, mark }: Explaining, color: boolean): string {
  const text = catalog.get(fieldText(entry, 'MESSAGE_ID') ?? '');
  if (text === undefined) return '';
  return text
    .replaceAll(/@([A-Z_]+)@/g, (_, name: string) => (fieldText(entry, name) ?? name).replaceAll(controls, ' '))
    .replace(/\n$/, '')
    .split('\n')
    .map((line, index) => (color ? `${colored(mark, index === 0)}${green}${line}${colorEnd}\n` : `${mark} ${line}\n`))
    .join('');
}

const colorEnd = '\x1b[0m';
const grey = '\x1b[0;38;5;245m';
const green = '\x1b[0;32m';

/** As in systemd 252, the blank after the first mark has its colour. */
function colored(mark: string, isFirst: boolean): string {
  return isFirst ? `${grey}${mark} ${colorEnd}` : `${grey}${mark}${colorEnd} `;
}

/** What explanations there are, by the ids of messages, or those of these ids: each in one line or in full, as journalctl(1) lists them; and what is wrong. */
export function listExplanations(
  catalog: Catalog,
  form: 'lines' | 'full',
  ids: readonly string[],
): { readonly text: string; readonly errors: readonly string[] } {
  const asked = (ids.length === 0 ? [...catalog.keys()].toSorted() : ids).map((id) => readId(catalog, id));
  const errors = asked.flatMap((one) => ('error' in one ? [one] : []));
  const lines = asked.flatMap((one) => ('error' in one ? [] : [listed(one, form)]));
  const [first] = errors;
  return {
    text: lines.join(''),
    errors: [
      ...errors.map(({ error, reason }) => `${error}: ${reason}`),
      ...(first === undefined ? [] : [`Failed to list catalog: ${first.reason}`]),
    ],
  };
}

interface Found {
  readonly id: string;
  readonly text: string;
}

interface NotFound {
  readonly error: string;
  readonly reason: string;
}

function readId(catalog: Catalog, word: string): Found | NotFound {
  const isId = /^[0-9a-f]{32}$|^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(word);
  if (!isId) return { error: `Failed to parse id128 '${word}'`, reason: 'Invalid argument' };
  const id = word.replaceAll('-', '').toLowerCase();
  const text = catalog.get(id);
  return text === undefined ? { error: `Failed to retrieve catalog entry for '${id}'`, reason: 'No such file or directory' } : { id, text };
}

function listed({ id, text }: Found, form: 'lines' | 'full'): string {
  if (form === 'full') return `-- ${id}\n${text}\n`;
  return `${id} ${catalogHeader(text, 'Defined-By') ?? 'n/a'}: ${catalogHeader(text, 'Subject') ?? 'n/a'}\n`;
}

/** Of a unit, too, that the manager of a user calls USER_UNIT=. */
function fieldText(entry: Entry, name: string): string | undefined {
  const value = entryField(entry, name) ?? (name === 'UNIT' ? entryField(entry, 'USER_UNIT') : undefined);
  return value === undefined ? undefined : valueText(value);
}

const controls = /[\x00-\x1f\x7f-\x9f]/g;
