import { resolve } from 'node:path';
import type { Finding, LintOptions, LintTarget } from '../../api/lint.ts';
import type { Invocation } from '../invocation.ts';
import { listForm, renderJson } from '../output/json.ts';
import { quoteForShell } from '../output/shell-quote.ts';
import { sarifLog } from '../output/sarif.ts';
import type { Style } from '../output/terminal.ts';

/** `lint`: what is wrong in unit files and what had better be otherwise, without a manager; 1 where there is an error, with --strict also a warning. */
export async function runLint(invocation: Invocation): Promise<number> {
  const { words, options, services, terminal } = invocation;
  const told = readLintOptions(invocation);
  if (typeof told === 'string') {
    terminal.fail(told);
    return 1;
  }
  const paths = new Map(words.map((word) => [resolve(word), word]));
  const findings = (await services.lintFiles([...paths.keys()], told)).map((finding) => ({
    ...finding,
    path: shownPath(finding.path, paths),
  }));
  const form = listForm(options.output);
  if (options.sarif) terminal.print(JSON.stringify(sarifLog(findings, services.version), null, 2));
  else if (form !== 'table') terminal.print(renderJson(findings, form));
  else printFindings(invocation, findings);
  // A unit is asked for by its name elsewhere.
  const unit = findings.find(({ code, path }) => code === 'unreadable' && !path.includes('/'))?.path;
  if (unit !== undefined && !options.quiet)
    terminal.note(`${unit} is no file here. To check a unit by its name: tysctl verify ${quoteForShell(unit)}`);
  const grave = options.strict ? ['error', 'warning'] : ['error'];
  return findings.some(({ severity }) => grave.includes(severity)) ? 1 : 0;
}

function readLintOptions({ options }: Invocation): LintOptions | string {
  const target = targets.find((each) => each === options.target);
  if (options.target !== undefined && target === undefined) return `--target= is one of ${targets.join(', ')}, and not ${options.target}.`;
  if (options.forVersion !== undefined && !/^\d{1,4}$/.test(options.forVersion))
    return `--for-version= is a number such as 252, and not ${options.forVersion}.`;
  return {
    ...(target === undefined ? {} : { target }),
    ...(options.forVersion === undefined ? {} : { forVersion: Number(options.forVersion) }),
  };
}

const targets: readonly LintTarget[] = ['container', 'user', 'system'];

/** As it was typed; what was found in a directory that was typed, below that. */
function shownPath(path: string, typed: ReadonlyMap<string, string>): string {
  const own = typed.get(path);
  if (own !== undefined) return own;
  const slash = path.lastIndexOf('/');
  const directory = typed.get(path.slice(0, slash));
  return directory === undefined ? path : `${directory.replace(/\/$/, '')}${path.slice(slash)}`;
}

function printFindings({ terminal, options, words }: Invocation, findings: readonly Finding[]): void {
  for (const { severity, code, message, path, line, column, fix } of findings) {
    const place = [path, ...(line > 0 ? [line, Math.max(1, column)] : [])].join(':');
    terminal.print(`${place}: ${paint(severity, terminal.style)}: ${message} ${terminal.style.grey(`[${code}]`)}`);
    if (fix !== undefined) terminal.print(`    fix: ${fix.what}`);
  }
  if (options.quiet) return;
  const counts = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`];
  });
  const where = words.length === 1 ? (words[0] ?? '') : `${words.length} places`;
  terminal.print(`${where}: ${counts.length === 0 ? 'nothing to say' : counts.join(', ')}`);
}

function paint(severity: Finding['severity'], { red, yellow, grey }: Style): string {
  return { error: red, warning: yellow, note: grey }[severity](severity);
}
