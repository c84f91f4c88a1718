/** One of the files that a unit is made of. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const ABOVE = '### Anything between here and the comment below will become the new contents of the file';
const BELOW = '### Lines below this comment will be discarded';

/** What the editor is given for a drop-in: its text between two marks, and below them what the unit is now, as comments. */
export function dropInTemplate(path: string, text: string, sources: readonly SourceFile[]): string {
  const below = sources.map((source) => `\n\n### ${source.path}\n${source.text.trimEnd().replaceAll(/^/gm, '# ')}`).join('');
  return `### Editing ${path}\n${ABOVE}\n\n${withLineFeed(text)}\n${BELOW}${below}`;
}

/** The new text of a file: what stands between the marks where there are any, without blank lines around it. */
export function editedText(text: string): string {
  const above = text.indexOf(ABOVE);
  const start = above < 0 ? 0 : above + ABOVE.length;
  const below = text.indexOf(BELOW, start);
  return text.slice(start, below < 0 ? undefined : below).trim();
}

function withLineFeed(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
