/**
 * Lines of output as they are seen on a terminal, however many control sequences make them: `‹31›red‹›` is red, with the parameters of SGR that
 * hold, and `⟦URL⟧text⟦⟧` leads somewhere. Colours of blanks are not seen, lines below them are; blanks at the end are not.
 */
export function seenOn(lines: readonly string[]): readonly string[] {
  return lines.map(seenLine);
}

function seenLine(line: string): string {
  let attributes: readonly string[] = [];
  let link = '';
  const cells: { readonly character: string; readonly look: string; readonly link: string }[] = [];
  for (const [token, , sgr, url] of line.matchAll(/(\x1b\[([\d;]*)m|\x1b\]8;;(.*?)(?:\x1b\\|\x07)|[\s\S])/gu)) {
    if (sgr !== undefined) attributes = applied(attributes, sgr);
    else if (url !== undefined) link = url;
    else cells.push({ character: token, look: (token === ' ' ? attributes.filter((each) => each === '4') : attributes).join(';'), link });
  }
  while (cells.at(-1)?.character === ' ') cells.pop();
  let text = '';
  let before = { look: '', link: '' };
  for (const cell of cells) {
    if (cell.link !== before.link) text += `⟦${cell.link}⟧`;
    if (cell.look !== before.look) text += `‹${cell.look}›`;
    text += cell.character;
    before = cell;
  }
  return text;
}

/** What holds after these parameters: colours in place of colours, and nothing after 0. */
function applied(before: readonly string[], parameters: string): readonly string[] {
  let held = before;
  for (const [parameter] of (parameters === '' ? '0' : parameters).matchAll(/38;5;\d+|\d+/g)) {
    if (parameter === '0') held = [];
    else held = [...held.filter((each) => each !== parameter && !(isColour(each) && isColour(parameter))), parameter].toSorted();
  }
  return held;
}

function isColour(parameter: string): boolean {
  return parameter.startsWith('3');
}
