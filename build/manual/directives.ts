import { explanationsByPage, type Explanation } from '../../src/unit/settings/explain.ts';
import type { Block, Page, Term } from './roff.ts';

/** What a page on directives begins with. */
interface Introduction {
  /** The page of systemd's manual that tells of the same. */
  readonly of: string;
  readonly about: string;
  readonly text: readonly string[];
  readonly see: readonly string[];
}

const everyUnit = ['tysd.unit(5)', 'tysctl(1)'];
const withProcesses = ['tysd.exec(5)', 'tysd.kill(5)', 'tysd.resource-control(5)', ...everyUnit];

const introductions: Readonly<Record<string, Introduction>> = {
  'tysd.unit': {
    of: 'systemd.unit(5)',
    about: 'what all units have in common: [Unit] and [Install]',
    text: [
      'A unit file says how a service, a socket, a timer or another thing is to be started, and after what. The files are those of systemd, unmodified: they are looked for in `/etc/systemd/system`, `/run/systemd/system` and `/usr/lib/systemd/system` (`systemctl show -p UnitPath` has the whole list), for the manager of a user in `~/.config/systemd/user` and `/usr/lib/systemd/user`.',
      'Files below <unit>`.d/` whose names end in `.conf` are added to the unit. A link to `/dev/null` masks it. What is written `Name@.service` is a template, of which `Name@word.service` is an instance.',
    ],
    see: ['tysd.service(5)', 'tysd.exec(5)', 'tysd.directives(7)', 'tysctl(1)', 'systemd.unit(5)'],
  },
  'tysd.service': {
    of: 'systemd.service(5)',
    about: 'services: [Service]',
    text: ['A service is one program that runs, or several that end, with all the processes that they make.'],
    see: withProcesses,
  },
  'tysd.socket': {
    of: 'systemd.socket(5)',
    about: 'sockets: [Socket]',
    text: ['A socket unit opens sockets, FIFOs or message queues, and starts its service when something comes there.'],
    see: ['tysd.service(5)', ...withProcesses],
  },
  'tysd.timer': {
    of: 'systemd.timer(5)',
    about: 'timers: [Timer]',
    text: ['A timer starts its unit when its time has come. `systemd-analyze calendar` shows when a time of `OnCalendar=` comes next.'],
    see: ['tysd.service(5)', ...everyUnit],
  },
  'tysd.path': {
    of: 'systemd.path(5)',
    about: 'watched paths: [Path]',
    text: ['A path unit watches files, and starts its unit when they are there or changed.'],
    see: ['tysd.service(5)', ...everyUnit],
  },
  'tysd.mount': {
    of: 'systemd.mount(5)',
    about: 'mounted file systems: [Mount]',
    text: [
      'A mount unit is a place where a file system is mounted. Its name is the path, as `systemd-escape -p --suffix=mount` writes it.',
    ],
    see: ['tysd.automount(5)', 'fstab(5)', ...withProcesses],
  },
  'tysd.automount': {
    of: 'systemd.automount(5)',
    about: 'file systems that are mounted when they are needed: [Automount]',
    text: ['An automount unit has its mount unit started by whoever is the first to look below its path.'],
    see: ['tysd.mount(5)', ...everyUnit],
  },
  'tysd.swap': {
    of: 'systemd.swap(5)',
    about: 'swap space: [Swap]',
    text: ['A swap unit is a device or a file to which the kernel may swap.'],
    see: withProcesses,
  },
  'tysd.slice': {
    of: 'systemd.slice(5)',
    about: 'groups of units that share resources: [Slice]',
    text: ['A slice is a cgroup in which the cgroups of units are. `a-b.slice` is in `a.slice`.'],
    see: ['tysd.resource-control(5)', ...everyUnit],
  },
  'tysd.scope': {
    of: 'systemd.scope(5)',
    about: 'processes that others started: [Scope]',
    text: ['A scope is made at run time, around processes that are there already; `systemd-run --scope` makes one.'],
    see: ['tysd.kill(5)', 'tysd.resource-control(5)', ...everyUnit],
  },
  'tysd.exec': {
    of: 'systemd.exec(5)',
    about: 'how processes are executed, and what they see',
    text: [
      'These stand in the sections of units that run processes. `tysctl plan` <unit> shows each operation that comes of them, in order, and what of them this machine does not have.',
    ],
    see: ['tysd.service(5)', 'tysd.kill(5)', 'tysd.resource-control(5)', ...everyUnit],
  },
  'tysd.kill': {
    of: 'systemd.kill(5)',
    about: 'how the processes of units are stopped',
    text: ['These stand in the sections of units that have processes.'],
    see: ['tysd.service(5)', 'tysd.exec(5)', ...everyUnit],
  },
  'tysd.resource-control': {
    of: 'systemd.resource-control(5)',
    about: 'what the processes of units may use',
    text: [
      'These stand in the sections of units that have cgroups. `tysctl plan` <unit> says which of them need a controller that is not there; `tysctl set-property` changes them for what runs.',
    ],
    see: ['tysd.slice(5)', 'tysd.exec(5)', ...everyUnit],
  },
  'tysd.conf': {
    of: 'systemd-system.conf(5), with [Tysd] in README.md',
    about: 'the configuration of the manager: [Manager] and [Tysd]',
    text: [
      '`[Tysd]` stands in `/etc/tysd/tysd.conf`, for the manager of a user in `~/.config/tysd/user.conf`, and says how `tysd` runs. `[Manager]` there and in `/etc/systemd/system.conf` (`user.conf`), with its drop-ins, gives the defaults of units.',
    ],
    see: ['tysd(8)', 'tysd.unit(5)'],
  },
  'tysd-journald.conf': {
    of: 'journald.conf(5)',
    about: 'the configuration of the journal: [Journal]',
    text: ['The journal reads `/etc/systemd/journald.conf` and its drop-ins.'],
    see: ['tysd(8)', 'tysctl(1)'],
  },
};

/** A page for each kind of unit and of setting, and the index of all directives. */
export function directivePages(): readonly Page[] {
  const byPage = explanationsByPage();
  const pages = Object.entries(introductions).map(([name, introduction]): Page => {
    const own = byPage.get(introduction.of) ?? [];
    return {
      name,
      section: 5,
      about: introduction.about,
      parts: [
        { heading: 'DESCRIPTION', blocks: introduction.text.map((text) => ({ is: 'text', text })) },
        { heading: 'OPTIONS', blocks: bySections(own) },
        { heading: 'SEE ALSO', blocks: [{ is: 'text', text: [...introduction.see, introduction.of.replace(/,.*/, '')].join(', ') }] },
      ],
    };
  });
  return [...pages, indexPage(byPage)];
}

/** A heading for each set of sections that directives may stand in. */
function bySections(explanations: readonly Explanation[]): readonly Block[] {
  const groups = new Map<string, Explanation[]>();
  for (const explanation of explanations) {
    const sections = explanation.sections.map((section) => `[${section}]`).join(', ');
    groups.set(sections, [...(groups.get(sections) ?? []), explanation]);
  }
  return [...groups].flatMap(([sections, own]): readonly Block[] => [
    { is: 'subheading', text: `In ${sections}` },
    { is: 'terms', terms: own.map(termOf) },
  ]);
}

function termOf({ directive, meaning, values, default: usual, repeats, since, ...standing }: Explanation): Term {
  const facts = [
    ...(values === undefined ? [] : [`Takes ${values}.`]),
    ...(usual === undefined ? [] : [`Default: ${usual}.`]),
    ...(repeats === undefined ? [] : [`Of several lines: ${repeats}.`]),
    ...(since === undefined ? [] : [since <= 183 ? 'Since systemd 183 or before.' : `Since systemd ${since}.`]),
  ];
  return { term: `\`${directive}=\``, texts: [meaning, ...(facts.length === 0 ? [] : [facts.join(' ')]), ...standingOf(standing)] };
}

/** What tysd makes of it, where that is not simply what it says. */
function standingOf({ here, reason, means = [] }: Pick<Explanation, 'here' | 'reason' | 'means'>): readonly string[] {
  if (here === 'carried out') return [];
  if (here === 'other spelling') return [`Another spelling of ${means.map((name) => `\`${name}=\``).join(' and ')}.`];
  const told: Readonly<Record<string, string>> = {
    'no effect': 'It has no effect with tysd, and needs none',
    refused: 'tysd does not do that',
    obsolete: 'It means nothing any more',
  };
  return [`${told[here] ?? here}${reason === undefined ? '' : `: ${reason}`}.`];
}

function indexPage(byPage: ReadonlyMap<string, readonly Explanation[]>): Page {
  const names = new Map<string, string[]>();
  for (const [name, { of }] of Object.entries(introductions)) {
    for (const { directive } of byPage.get(of) ?? []) names.set(directive, [...(names.get(directive) ?? []), `${name}(5)`]);
  }
  const terms = [...names]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([directive, pages]) => ({ term: `\`${directive}=\``, texts: [pages.join(', ')] }));
  return {
    name: 'tysd.directives',
    section: 7,
    about: 'the index of all directives',
    parts: [
      {
        heading: 'DESCRIPTION',
        blocks: [
          {
            is: 'text',
            text: 'Every directive that systemd has, and the page that tells what it means and what tysd makes of it. `tysctl explain` <directive> tells the same.',
          },
        ],
      },
      { heading: 'DIRECTIVES', blocks: [{ is: 'terms', terms }] },
      { heading: 'SEE ALSO', blocks: [{ is: 'text', text: 'tysd.unit(5), tysctl(1), systemd.directives(7)' }] },
    ],
  };
}
