import { eastAsianWidth } from 'get-east-asian-width';

/** Columns that a text takes on a terminal: those of East Asia and emoji take two, marks on others and colours none, a tab eight at most. */
export function columnsOf(text: string): number {
  if (plain.test(text)) return text.length;
  let columns = 0;
  for (const character of text.replaceAll(colours, '')) columns += columnsOfCharacter(character);
  return columns;
}

/** As much of the text from its beginning as there is room for in so many columns. */
export function fitting(text: string, columns: number): string {
  if (plain.test(text)) return text.slice(0, Math.max(0, columns));
  let fits = '';
  let left = columns;
  for (const character of text) {
    left -= columnsOfCharacter(character);
    if (left < 0) break;
    fits += character;
  }
  return fits;
}

function columnsOfCharacter(character: string): number {
  // At most: where it ends depends on where it begins.
  if (character === '\t') return 8;
  if (plain.test(character)) return 1;
  if (none.test(character)) return 0;
  return eastAsianWidth(character.codePointAt(0) ?? 0);
}

/** What takes one column each: most texts have nothing else, and are not looked at one by one. */
const plain = /^[\x20-\x7e\xa0-\xac\xae-\u02ff…●○×↻→─-╿]*$/;
/** SGR of ECMA-48. */
const colours = /\x1b\[[\d;]*m/g;
const none = /[\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11ff\ud7b0-\ud7ff]/u;
