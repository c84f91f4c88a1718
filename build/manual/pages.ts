import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../../src/main/version.ts';
import { analyzePage } from './analyze.ts';
import { directivePages } from './directives.ts';
import { logsPage, runPage } from './help-pages.ts';
import { tysctlPage, tysdPage } from './programs.ts';
import { renderPage } from './roff.ts';

/** All pages of the manual, by the paths below a directory of $MANPATH. */
export function manualPages(): ReadonlyMap<string, string> {
  const pages = [tysctlPage(), analyzePage(), logsPage(), runPage(), tysdPage(), ...directivePages()];
  return new Map(pages.map((page) => [`man${page.section}/${page.name}.${page.section}`, renderPage(page, version)]));
}

/** Writes them below a directory. */
export function writeManual(directory: string): void {
  for (const [path, content] of manualPages()) {
    const file = join(directory, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, content);
  }
}
