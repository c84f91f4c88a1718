import { optionDocs } from '../../src/cli/option-docs.ts';
import { optionRows } from '../../src/cli/options.ts';
import { refused, verbs } from '../../src/cli/verbs.ts';
import { help } from '../../src/main/options.ts';
import { unitSearchPath } from '../../src/unit/search-path.ts';
import type { Block, Page, Term } from './roff.ts';

const text = (words: string): Block => ({ is: 'text', text: words });
const terms = (...pairs: readonly (readonly [term: string, meaning: string])[]): Block => ({
  is: 'terms',
  terms: pairs.map(([term, meaning]) => ({ term, texts: [meaning] })),
});

/** tysctl(1), from the tables of its verbs and options. */
export function tysctlPage(): Page {
  const groups = [...new Set(Object.values(verbs).map(({ group }) => group))];
  return {
    name: 'tysctl',
    section: 1,
    about: 'control the service manager tysd',
    parts: [
      { heading: 'SYNOPSIS', blocks: [text('`tysctl` [<OPTION>…] <COMMAND> [<WORD>…]')] },
      {
        heading: 'DESCRIPTION',
        blocks: [
          text(
            'tysctl asks tysd(8) about its units, and tells it what to do with them. It has the verbs, options, output and exit statuses of systemctl(1), and is that program where it is called by that name. Called as `journalctl`, `systemd-analyze`, `systemd-run`, `systemd-notify`, `systemd-escape`, `systemd-cat`, `systemd-cgls`, `systemd-cgtop`, `systemd-delta`, `systemd-path` or `systemd-detect-virt`, or by the names of System V such as `shutdown`, tysd is the program of that name.',
          ),
          text(
            'Units may be named without `.service`; words with `*`, `?` or `[` are patterns of units that are loaded. Without a command the units are listed that are loaded.',
          ),
        ],
      },
      { heading: 'COMMANDS', blocks: groups.flatMap(verbsOf) },
      { heading: 'OPTIONS', blocks: optionBlocks() },
      {
        heading: 'ON A TERMINAL',
        blocks: [
          text(
            'Lists are in colours and as wide as the terminal; what is longer than it goes to a pager. A command that waits for a job for more than five seconds says in one line of standard error what it waits for, how long that takes and may take. A job that failed is followed by what failed, the line of the file that it is about, the last log lines and what to type next. Nothing of that is written into pipes and files.',
          ),
        ],
      },
      {
        heading: 'EXIT STATUS',
        blocks: [
          terms(
            ['`0`', 'What was asked for was done; of `is-active` and its kin: yes.'],
            ['`1`', 'Something failed; of `is-failed` and `is-enabled`: no.'],
            ['`3`', 'The unit is not active (`is-active`, `status`), or the job does not apply to it.'],
            ['`4`', 'There is no such unit (`status`, `why`), or the request was refused.'],
            ['`5`', 'The unit of a job is not there.'],
            ['`6`', 'The file of the unit cannot be read.'],
          ),
        ],
      },
      {
        heading: 'ENVIRONMENT',
        blocks: [
          terms(
            ['`TYSD_RUNTIME_DIRECTORY`', 'The directory of the manager that is meant, as `--runtime-directory=`.'],
            ['`XDG_RUNTIME_DIR`', "Below it is the socket of the user's manager."],
            ['`SYSTEMD_COLORS`, `NO_COLOR`', 'Whether there are colours: the first decides with yes or no, the second takes them away.'],
            ['`SYSTEMD_PAGER`, `PAGER`', 'What long output is given to; nothing, where it is empty or `cat`.'],
            [
              '`SYSTEMD_PAGERSECURE`',
              'Whether less(1) may not start programs, and the pager may be another all the same; where it is not set, that is so under sudo(8).',
            ],
            ['`SYSTEMD_LESS`, `SYSTEMD_LESSCHARSET`', 'Options of less(1), in place of FRSXMK, and its character set.'],
            ['`COLUMNS`, `LINES`', 'The size of the terminal, where it is to be another than it says.'],
            ['`LC_ALL`, `LC_CTYPE`, `LANG`', 'Whether glyphs and branches are those of UTF-8 or of ASCII.'],
            ['`SYSTEMD_EDITOR`, `EDITOR`, `VISUAL`', 'What `edit` edits with.'],
            ['`TZ`', 'The time zone in which times are shown and read.'],
          ),
        ],
      },
      {
        heading: 'SEE ALSO',
        blocks: [
          text('tysctl-analyze(1), tysctl-logs(1), tysctl-run(1), tysd(8), tysd.unit(5), tysd.directives(7), systemctl(1), journalctl(1)'),
        ],
      },
    ],
  };
}

function verbsOf(group: string): readonly Block[] {
  const own = Object.entries(verbs).filter(([, verb]) => verb.group === group && verb.load !== refused);
  return [
    { is: 'subheading', text: group },
    {
      is: 'terms',
      terms: own.map(([name, { usage, doc }]): Term => ({
        term: usage === '' ? `\`${name}\`` : `\`${name}\` ${usageText(usage)}`,
        texts: [`${doc}.`],
      })),
    },
  ];
}

/** The words that stand for others are underlined: `[UNIT…|PATH…]`. */
function usageText(usage: string): string {
  return usage.replaceAll(/(?<![-\w])[A-Z]{2,}(?![\w-])/g, (word) => `<${word}>`);
}

function optionBlocks(): readonly Block[] {
  const all = optionRows.flatMap((row): readonly (Term & { readonly isIdle: boolean })[] => {
    const { long, short, value } = row;
    const meaning = long === undefined ? 'The same as `--property=` with `--value`' : optionDocs[long];
    if (meaning === undefined) return [];
    const argument = value === 'required' ? '=' : value === 'optional' ? '[=]' : '';
    const names = [...(short === undefined ? [] : [`\`-${short}\``]), ...(long === undefined ? [] : [`\`--${long}${argument}\``])];
    return [{ term: names.join(', '), texts: [`${meaning}.`], isIdle: /^(?:Refused|Taken for)/.test(meaning) }];
  });
  return [
    { is: 'terms', terms: all.filter(({ isIdle }) => !isIdle) },
    { is: 'subheading', text: 'Options of systemctl without effect here' },
    { is: 'terms', terms: all.filter(({ isIdle }) => isIdle) },
  ];
}

/** tysd(8), from the text of its help. */
export function tysdPage(): Page {
  const [synopsis = '', , ...rest] = help.split('\n');
  const options = rest.flatMap((line): readonly Term[] => {
    const [, words, meaning] = /^ {2}(-\S.*?) {2,}(\S.*)$/.exec(line) ?? [];
    return words === undefined || meaning === undefined
      ? []
      : [{ term: words.replaceAll(/--[\w-]+(?:\[?=)?/g, '`$&`'), texts: [`${meaning}.`] }];
  });
  return {
    name: 'tysd',
    section: 8,
    about: 'a service manager that runs the units of systemd',
    parts: [
      { heading: 'SYNOPSIS', blocks: [text(synopsis.replace('tysd', '`tysd`'))] },
      {
        heading: 'DESCRIPTION',
        blocks: [
          text(
            'tysd runs systemd units, unmodified, where systemd is not or cannot be: as process 1 of a container or a small machine, beside another init, or for one user. It is three processes: the keeper, which is the parent of all others and holds what must outlive the manager; the manager, which decides; and the journal. The manager may be killed at any moment: services go on, and the next one takes up where it was.',
          ),
          text(
            'With a command after `--` it runs that alone, passes signals on to it, takes care of what it leaves behind, and ends with its exit status; with `--unit=` too, that unit comes first and runs beside it.',
          ),
        ],
      },
      { heading: 'OPTIONS', blocks: [{ is: 'terms', terms: options }] },
      {
        heading: 'SIGNALS',
        blocks: [
          terms(
            ['`SIGTERM`', 'All units are stopped in order, and tysd ends; as process 1 of a machine, the manager begins anew.'],
            [
              '`SIGRTMIN+3`, `SIGRTMIN+4`, `SIGRTMIN+5`',
              'For the system manager: all units are stopped, and the machine or container is halted, switched off or rebooted.',
            ],
            [
              '`SIGINT`',
              'As `SIGTERM`, a second one at once; as process 1 of a machine it is Ctrl-Alt-Del, and `ctrl-alt-del.target` is started.',
            ],
            ['`SIGHUP`', 'All unit files are read afresh, as by `tysctl daemon-reload`.'],
            ['`SIGUSR2`', 'What the manager knows is written to its log.'],
            ['`SIGRTMIN+20`, `SIGRTMIN+21`', 'What is started and stopped is told on the console, or is not.'],
            ['`SIGRTMIN+22`, `SIGRTMIN+23`', 'The log level is `debug`, or what it was.'],
          ),
        ],
      },
      {
        heading: 'FILES',
        blocks: [
          terms(
            ['`/etc/tysd/tysd.conf`, `~/.config/tysd/user.conf`', 'tysd.conf(5).'],
            ['`/run/tysd`, `$XDG_RUNTIME_DIR/tysd`', 'The sockets: `control.sock` for tysctl(1), `notify`, `stdout`.'],
            ['`/var/lib/tysd`, `$XDG_STATE_HOME/tysd`', 'The journal and the record of what happened.'],
          ),
          text('Unit files of the system are looked for in these directories; the first that has a file of that name counts:'),
          { is: 'lines', lines: unitSearchPath('system', {}) },
        ],
      },
      { heading: 'SEE ALSO', blocks: [text('tysctl(1), tysd.conf(5), tysd.unit(5), tysd.directives(7), systemd(1)')] },
    ],
  };
}
