import { helpText } from '../../src/cli/run/help.ts';
import { logsOptionForms } from '../../src/journal/arguments.ts';
import { logsHelp } from '../../src/journal/logs-help.ts';
import type { Block, Page, Term } from './roff.ts';

const text = (words: string): Block => ({ is: 'text', text: words });

/** tysctl-logs(1), which is journalctl, from the text of its help and the table of its options. */
export function logsPage(): Page {
  const blocks = blocksOf(logsHelp.split('\n').slice(4));
  const shown = JSON.stringify(blocks);
  const others = logsOptionForms().filter(({ long }) => !new RegExp(`--${long}(?![\\w-])`).test(shown));
  return {
    name: 'tysctl-logs',
    section: 1,
    about: 'show what services and the manager have logged',
    parts: [
      {
        heading: 'SYNOPSIS',
        blocks: [text('`tysctl logs` [<OPTION>…] [<MATCH>…]'), text('`journalctl` [<OPTION>…] [<MATCH>…]')],
      },
      {
        heading: 'DESCRIPTION',
        blocks: [
          text(
            'It has the options, output and exit statuses of journalctl(1), and reads the journal of tysd(8): no manager needs to run for that.',
          ),
          text(
            'Where the real systemd-journald listens, services write to that, and its own journalctl is executed with the same words (`Journal=` in tysd.conf(5)). On a terminal what is not followed goes to a pager; what environment variables say of that is in tysctl(1).',
          ),
        ],
      },
      { heading: 'OPTIONS', blocks },
      {
        heading: 'OPTIONS WITHOUT EFFECT, OR REFUSED',
        blocks: [
          text(
            'These are understood so that scripts go on working; where one cannot be carried out, that is said and the exit status is 1.',
          ),
          text(others.map(({ long }) => `\`--${long}\``).join(', ')),
        ],
      },
      { heading: 'SEE ALSO', blocks: [text('tysctl(1), tysd(8), tysd-journald.conf(5), journalctl(1)')] },
    ],
  };
}

/** tysctl-run(1), which is systemd-run, from the text of its help. */
export function runPage(): Page {
  return {
    name: 'tysctl-run',
    section: 1,
    about: 'run a command as a service, a scope, or when a timer says so',
    parts: [
      {
        heading: 'SYNOPSIS',
        blocks: [
          text('`tysctl run` [<OPTION>…] <COMMAND> [<ARGUMENT>…]'),
          text('`systemd-run` [<OPTION>…] [<TIMER OPTION>…] <COMMAND> [<ARGUMENT>…]'),
        ],
      },
      {
        heading: 'DESCRIPTION',
        blocks: [
          text('It has the options, output and exit statuses of systemd-run(1).'),
          ...helpText.filter((line, index) => index > 1 && /^\S/.test(line)).map(text),
        ],
      },
      { heading: 'OPTIONS', blocks: blocksOf(helpText.filter((line) => !/^\S/.test(line))) },
      {
        heading: 'EXIT STATUS',
        blocks: [
          text(
            'That of the command with `--wait`, `--pipe`, `--pty` or `--scope`; else `0` where the unit was started, and `1` where it was not.',
          ),
        ],
      },
      { heading: 'SEE ALSO', blocks: [text('tysctl(1), tysd(8), tysd.unit(5), systemd-run(1)')] },
    ],
  };
}

/** Lines of a help as headings and lists: what stands far to the right explains what is above it. */
function blocksOf(lines: readonly string[]): readonly Block[] {
  const blocks: Block[] = [];
  let terms: Term[] = [];
  const end = (): void => {
    if (terms.length > 0) blocks.push({ is: 'terms', terms });
    terms = [];
  };
  for (const line of lines) {
    const indent = /^ */.exec(line)?.[0] ?? '';
    const [words = '', ...rest] = splitAt(line.trim());
    const meaning = rest.join(' ');
    if (words === '') continue;
    if (indent === '') {
      end();
      blocks.push({ is: 'subheading', text: words });
    } else if (indent.length > farRight) addMeaning(terms, line.trim());
    else terms.push({ term: `\`${words}\``, texts: meaning === '' ? [] : [meaning] });
  }
  end();
  return blocks;
}

/** The option and its meaning: two blanks or more are between them, or one behind a closing bracket that is followed by a capital. */
function splitAt(line: string): readonly string[] {
  return line.split(/ {2,}|(?<=\]) (?=[A-Z][a-z])/);
}

const farRight = 20;

function addMeaning(terms: Term[], words: string): void {
  const last = terms.pop();
  if (last !== undefined) terms.push({ ...last, texts: [[...last.texts, words].join(' ')] });
}
