// The pages say what is true: each block marked `console` is typed into a shell, and prints what stands there.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { Terminals } from './shell.ts';
import { agrees, type Step, stepsOf } from './transcript.ts';

const root = join(import.meta.dirname, '../..');
const pages = ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', 'bench/README.md', 'examples/*/README.md', 'docs/*.md'].flatMap(
  (pattern) => globSync(pattern, { cwd: root }).toSorted(),
);
const generated = 'docs/directives.md';
/** What a line may have, so that an editor shows it whole; a table that needs more is better a list. */
const columns = { prose: 140, table: 200 };
/** Commands that only look, so that they may be asked again until what was begun has happened. */
const looks =
  /^(?:npx )?tysctl (?:-\S+ )*(?:status|logs|why|show|history|is-active|is-failed|list-\S+|invocations|waiting|plan)\b|^(?:cat|curl|grep|journalctl|systemctl status)\b/;
const overdueMs = Number(process.env['TYSD_TEST_OVERDUE_MS'] ?? 60_000);

for (const page of pages) {
  const text = readFileSync(join(root, page), 'utf8');
  const steps = stepsOf(text);

  test(`${page}: each file that it leads to or names is there`, () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)(#[^)]*)?\)/g)].map(([, to = '']) => to).filter((to) => to !== '');
    const tests = [...text.matchAll(/`((?:test|src|keeper)\/[\w./-]+\.(?:ts|c|h|md))`/g)].map(([, to = '']) => to);
    const missing = [
      ...links.filter((to) => !existsSync(join(root, dirname(page), to))),
      ...tests.filter((to) => !existsSync(join(root, to))),
    ];
    assert.deepEqual(missing, []);
  });

  test(`${page}: no line is longer than an editor is wide`, { skip: page === generated }, () => {
    const long = text
      .split('\n')
      .flatMap((line, index) => (line.length > (line.startsWith('|') ? columns.table : columns.prose) ? [`${page}:${index + 1}`] : []));
    assert.deepEqual(long, []);
  });

  test(`${page}: nothing is left of a merge`, () => assert.deepEqual(mergeMarks(page, text), []));

  if (steps.length > 0)
    describe(page, () => {
      test('its commands print what it says', { timeout: 300_000 }, async () => {
        await using terminals = new Terminals();
        for (const step of steps) await carryOut(terminals, step, page);
        assert.equal(await terminals.interrupt(), 0, 'the first terminal ends well');
      });
    });
}

test('ARCHITECTURE.md has each file of the keeper once, and about as many lines as these have', () => {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  const list = text.slice(text.indexOf("## The keeper's budget"));
  const rows = [...list.matchAll(/^- \*\*([\d,]+)\*\*:([^]*?)(?=\n- |\n\n)/gm)].map(([, lines = '', what = '']) => ({
    lines: Number(lines.replace(',', '')),
    files: [...what.matchAll(/`([a-z]\w*)`/g)].map(([, name = '']) => name),
  }));
  const sources = globSync('*.c', { cwd: join(root, 'keeper') }).map((name) => name.slice(0, -'.c'.length));
  assert.deepEqual(rows.flatMap(({ files }) => files).toSorted(), sources.toSorted());
  const length = (name: string): number => readFileSync(join(root, `keeper/${name}.c`), 'utf8').split('\n').length;
  const wrong = rows.filter(({ lines, files }) => {
    const counted = files.map(length).reduce((sum, one) => sum + one, 0);
    return files.length > 0 && Math.abs(counted - lines) > 50 + lines / 10;
  });
  assert.deepEqual(wrong, []);
});

async function carryOut(terminals: Terminals, step: Step, page: string): Promise<void> {
  const where = `${page}:${step.line}: ${step.command}`;
  assert.doesNotMatch(step.command, /\b(?:pkill|killall|pgrep)\b/, `${where}: would end what others run on this machine`);
  if (step.stays) {
    const lines = await terminals.stay(step.command, step.output.at(-1) ?? '');
    return assert.ok(agrees(step.output, lines), `${where}\n${lines.join('\n')}`);
  }
  const deadline = Date.now() + overdueMs;
  for (;;) {
    const { lines, status } = await terminals.run(step.command);
    const fits = agrees(step.output, lines);
    if (!fits && looks.test(step.command) && Date.now() < deadline) continue;
    // What prints nothing says by its status alone whether it went well.
    if (fits && (status === 0 || lines.length > 0)) return;
    assert.fail(`${where}\nends with ${status} and\n${lines.join('\n')}\nin place of\n${step.output.join('\n')}`);
  }
}

// Its lines are longer than an editor is wide, and it names what is gone.
test('CHANGELOG.md: nothing is left of a merge', () =>
  assert.deepEqual(mergeMarks('CHANGELOG.md', readFileSync(join(root, 'CHANGELOG.md'), 'utf8')), []));

/** Lines that divide the sides of a conflict, also as the formatter makes them. */
function mergeMarks(page: string, text: string): readonly string[] {
  return text.split('\n').flatMap((line, index) => (/^\s*(?:<{7}|>{7}|(?:> ){6}>|\\?={7}$)/.test(line) ? [`${page}:${index + 1}`] : []));
}
