import { analyzeOptionDocs } from '../../src/cli/analyze/option-docs.ts';
import { analyzeOptionRows } from '../../src/cli/analyze/options.ts';
import { analyzeVerbs, refusedVerbs } from '../../src/cli/analyze/verbs.ts';
import type { Block, Page, Term } from './roff.ts';

const text = (words: string): Block => ({ is: 'text', text: words });

/** tysctl-analyze(1), from the tables of its verbs and options. */
export function analyzePage(): Page {
  const groups = [...new Set(Object.values(analyzeVerbs).map(({ group }) => group))];
  return {
    name: 'tysctl-analyze',
    section: 1,
    about: 'look into how the system came up, and into unit files',
    parts: [
      {
        heading: 'SYNOPSIS',
        blocks: [text('`tysctl analyze` [<OPTION>…] [<VERB> [<WORD>…]]'), text('`systemd-analyze` [<OPTION>…] [<VERB> [<WORD>…]]')],
      },
      {
        heading: 'DESCRIPTION',
        blocks: [
          text(
            'It has the verbs, options, output and exit statuses of systemd-analyze(1). Without a verb it tells how long the boot took.',
          ),
          text(
            'Verbs about the boot and the manager, and `dot`, ask tysd(8), and those about the boot answer when it is over; all others need no manager. Times count from the start of tysd, or where it is process 1 of a machine from that of the kernel.',
          ),
        ],
      },
      { heading: 'VERBS', blocks: groups.flatMap(verbsOf) },
      { heading: 'OPTIONS', blocks: [{ is: 'terms', terms: options() }] },
      {
        heading: 'NOT THERE',
        blocks: [
          { is: 'terms', terms: Object.entries(refusedVerbs).map(([name, why]): Term => ({ term: `\`${name}\``, texts: [`${why}.`] })) },
        ],
      },
      {
        heading: 'EXIT STATUS',
        blocks: [
          {
            is: 'terms',
            terms: [
              { term: '`0`', texts: ['All is well; of `compare-versions`: the versions are equal, or the relation holds.'] },
              { term: '`1`', texts: ['Something failed, is wrong or does not hold.'] },
              { term: '`11`, `12`', texts: ['Of `compare-versions`: the second version is older, or the first is.'] },
            ],
          },
        ],
      },
      { heading: 'SEE ALSO', blocks: [text('tysctl(1), tysd(8), tysd.unit(5), systemd-analyze(1)')] },
    ],
  };
}

function verbsOf(group: string): readonly Block[] {
  const own = Object.entries(analyzeVerbs).filter(([, verb]) => verb.group === group);
  return [
    { is: 'subheading', text: group },
    {
      is: 'terms',
      terms: own.map(([name, { usage, doc }]): Term => ({ term: `\`${name}\` ${underlined(usage)}`.trimEnd(), texts: [`${doc}.`] })),
    },
  ];
}

/** The words that stand for others. */
function underlined(usage: string): string {
  return usage.replaceAll(/[A-Z][A-Z0-9-]+/g, (word) => `<${word}>`);
}

function options(): readonly Term[] {
  return analyzeOptionRows.flatMap(({ long = '', short, value }): readonly Term[] => {
    const docs = analyzeOptionDocs[long];
    if (docs === undefined) return [];
    const given = docs.value === undefined ? '' : value === 'optional' ? `[=${docs.value}]` : `=${docs.value}`;
    return [{ term: `${short === undefined ? '' : `\`-${short}\`, `}\`--${long}${given}\``, texts: [`${docs.doc}.`] }];
  });
}
