import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { manualPages, writeManual } from '../../build/manual/pages.ts';
import { escaped, inline } from '../../build/manual/roff.ts';
import { analyzeOptionDocs } from '../../src/cli/analyze/option-docs.ts';
import { analyzeVerbs, refusedVerbs } from '../../src/cli/analyze/verbs.ts';
import { helpText } from '../../src/cli/run/help.ts';
import { logsOptionForms } from '../../src/journal/arguments.ts';
import { optionRows } from '../../src/cli/options.ts';
import { refused, verbs } from '../../src/cli/verbs.ts';
import { explainedNames, explain } from '../../src/api/explain.ts';

const pages = manualPages();

/** The lines below `.TP`, without the signs of roff. */
function termsOf(path: string): readonly string[] {
  const lines = pages.get(path)?.split('\n') ?? [];
  return lines.flatMap((line, index) => (lines[index - 1] === '.TP' ? [plain(line)] : []));
}

function plain(line: string): string {
  return line
    .replaceAll(/\\f[BIR]/g, '')
    .replaceAll('\\-', '-')
    .replaceAll('\\&', '')
    .replaceAll(/\\\[u([0-9A-F]+)\]/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)));
}

/** What is wrong in a page: unknown requests, signs that command though they should not, and references to pages that there are not. */
function lint(path: string, content: string): readonly string[] {
  const names = new Set([...pages.keys()].map((each) => each.slice(each.indexOf('/') + 1).replace(/\.(\d)$/, '($1)')));
  return content.split('\n').flatMap((line, index) => {
    const problems: string[] = [];
    const request = /^\.(\S+)/.exec(line)?.[1];
    if (/^[.']/.test(line) && (request === undefined || !requests.has(request))) problems.push('unknown request');
    if (!line.startsWith('.\\"') && /\\(?!f[BIR]|[-e&]|\((?:dq|aq|ga|ha|ti)|\[u[0-9A-F]{4,6}\])/.test(line))
      problems.push('unknown escape');
    if (!line.startsWith('.') && /[^\x20-\x7e]/.test(line)) problems.push('not ASCII');
    if (!line.startsWith('.') && /(?:^|[^\\])-/.test(line)) problems.push('a dash that is none');
    const bold = (line.match(/\\f[BI]/g) ?? []).length;
    if (bold !== (line.match(/\\fR/g) ?? []).length) problems.push('a font that does not end');
    for (const [reference] of plain(line).matchAll(/\btysd?[\w.-]*\(\d\)/g))
      if (!names.has(reference)) problems.push(`no page ${reference}`);
    return problems.map((problem) => `${path}:${index + 1}: ${problem}: ${line}`);
  });
}

const requests: ReadonlySet<string> = new Set(['\\"', 'TH', 'SH', 'SS', 'PP', 'TP', 'RS', 'RE', 'nf', 'fi', 'nh', 'ad', 'sp']);

test('the pages of the manual are sound, and name no page that there is not', () => {
  assert.deepEqual(
    [...pages].flatMap(([path, content]) => lint(path, content)),
    [],
  );
});

test('what is wrong in a page is noticed', () => {
  const wrong = ['.XX a', 'a \\q', 'a -b', 'a \\fBb', 'tysd.nothing(5)', 'é'];
  assert.deepEqual(
    wrong.map((line) => lint('page', line).length),
    wrong.map(() => 1),
  );
});

test('man(1) has nothing to say against them', (context) => {
  if (spawnSync('man', ['--version']).status !== 0) return context.skip('there is no man here');
  const directory = mkdtempSync(join(tmpdir(), 'tysd-manual-'));
  try {
    writeManual(directory);
    const said = [...pages.keys()].flatMap((path) => {
      const shown = spawnSync('man', ['--warnings=all', '-E', 'UTF-8', '-l', '-Tutf8', '-Z', join(directory, path)], { encoding: 'utf8' });
      return shown.status === 0 && shown.stderr === '' ? [] : [`${path}: ${shown.status} ${shown.stderr}`];
    });
    assert.deepEqual(said, []);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('each verb, option and directive is in its page', () => {
  const commands = termsOf('man1/tysctl.1').map((term) => term.split(' ')[0]);
  const there = Object.entries(verbs).flatMap(([name, { load }]) => (load === refused ? [] : [name]));
  assert.deepEqual(
    there.filter((name) => !commands.includes(name)),
    [],
  );
  const options = termsOf('man1/tysctl.1').join(' ');
  assert.deepEqual(
    optionRows.filter(({ long, short }) => !options.includes(long === undefined ? `-${short ?? ''}` : `--${long}`)),
    [],
  );
  const directives = new Set([...pages.keys()].flatMap((path) => (path.startsWith('man5/') ? termsOf(path) : [])));
  const index = new Set(termsOf('man7/tysd.directives.7'));
  const named = explainedNames().filter((name) => explain(name).is === 'directive');
  assert.deepEqual(
    named.filter((name) => !directives.has(`${name}=`) || !index.has(`${name}=`)),
    [],
  );
});

test('signs of roff stand for themselves', () => {
  assert.equal(escaped(`a\\b -c "d" 'e' …`), 'a\\eb \\-c \\(dqd\\(dq \\(aqe\\(aq \\[u2026]');
  assert.equal(
    inline('.conf and `x` of <UNIT>, Type= in tysd.exec(5)'),
    '\\&.conf and \\fBx\\fR of \\fIUNIT\\fR, \\fBType=\\fR in \\fBtysd.exec(5)\\fR',
  );
  assert.equal(inline('<b>'), '\\fIb\\fR');
});

test('the page of tysctl analyze has all its verbs and options', () => {
  const terms = new Set(termsOf('man1/tysctl-analyze.1').map((term) => /(?<=--)[a-z0-9][a-z0-9-]*|^[a-z][a-z0-9-]*/.exec(term)?.[0]));
  const wanted = [...Object.keys(analyzeVerbs), ...Object.keys(refusedVerbs), ...Object.keys(analyzeOptionDocs)];
  assert.deepEqual(
    wanted.filter((word) => !terms.has(word)),
    [],
  );
});

test('the pages of tysctl logs and tysctl run have all their options', () => {
  const logs = pages.get('man1/tysctl-logs.1')?.split('\n').map(plain).join('\n') ?? '';
  assert.deepEqual(
    logsOptionForms().filter(({ long }) => !new RegExp(`--${long}(?![\\w-])`).test(logs)),
    [],
  );
  assert.deepEqual(
    termsOf('man1/tysctl-logs.1').filter((term) => !/^(?:-|FIELD=VALUE)/.test(term)),
    [],
  );
  const run = termsOf('man1/tysctl-run.1').join(' ');
  const wanted = [...helpText.join('\n').matchAll(/--[a-z][a-z-]+/g)].map(([option]) => option);
  assert.ok(wanted.length > 25);
  assert.deepEqual(
    wanted.filter((option) => !run.includes(option)),
    [],
  );
});
