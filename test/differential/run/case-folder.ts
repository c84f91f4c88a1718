import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { quoteForShell } from '../../../src/cli/output/shell-quote.ts';
import { type Boot, layOut } from '../../system/container.ts';
import type { Case, Said } from './both.ts';

/** A case, how each manager is booted for it alone, and what they said. */
export interface Written {
  readonly name: string;
  readonly one: Case;
  readonly boots: readonly [Boot, Boot];
  readonly said: Said | undefined;
}

/**
 * Writes a case as a folder that somebody can look at and run by hand, with nothing else beside it: `run systemd` and `run tysd`
 * boot that manager with units/ and programs/, and print what script/ prints there. What they printed in the test is in
 * said-by-systemd and said-by-tysd, what of that is compared in compared-of-*, where that is less, and where tysd differs on purpose
 * in differences.
 */
export function writeCase(directory: string, { name, one, boots, said }: Written): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(join(directory, 'programs'), { recursive: true });
  const lines = boots.map((boot) => {
    const argv = layOut({ ...boot, copies: copiesOf(boot, directory) }, directory, '.');
    return `  ${boot.manager}) set -- ${argv.map(quoteForShell).join(' ')} ;;`;
  });
  const write = (file: string, content: string, mode = 0o644): void => writeFileSync(join(directory, file), content, { mode });
  write(
    'run',
    `#!/bin/bash\n# ${name}\ncd "$(dirname "$0")" || exit\ncase \${1-} in\n${lines.join('\n')}\n` +
      `  *) echo "Usage: $0 systemd|tysd" >&2; exit 2 ;;\nesac\nexec bash "$@"\n`,
    0o755,
  );
  for (const manager of ['systemd', 'tysd'] as const) {
    const answer = said?.[manager] ?? '';
    write(`said-by-${manager}`, lined(answer));
    if (one.read !== undefined && typeof answer !== 'string') write(`compared-of-${manager}`, lined(one.read(answer)));
  }
  if (one.differs !== undefined && one.differs.length > 0) {
    write('differences', one.differs.map(({ systemd, tysd, why }) => `systemd: ${systemd}\ntysd: ${tysd}\nwhy: ${why}\n`).join('\n'));
  }
}

/** A name for a directory of what is to be found by its title; the second of a name has a number. */
export function folderName(title: string, taken: ReadonlySet<string> = new Set()): string {
  const plain = title
    .replaceAll(/[^\w=@.+-]+/g, '-')
    .replaceAll(/^[-.]+|-+$/g, '')
    .slice(0, 120);
  let name = plain;
  for (let number = 2; taken.has(name); number += 1) name = `${plain}-${number}`;
  return name;
}

/** Puts the files that are copied into the container below programs/. */
function copiesOf({ copies = {} }: Boot, directory: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(copies).map(([from, to]) => {
      const kept = join('programs', to === '/' ? basename(from) : to);
      cpSync(from, join(directory, kept), { recursive: true });
      return [`./${kept}`, to];
    }),
  );
}

function lined(answer: string | readonly string[]): string {
  return typeof answer === 'string' ? answer : answer.map((line) => `${line}\n`).join('');
}
