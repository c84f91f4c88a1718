import { ownSections, directivesOf } from '../settings/parts.ts';
import { nearestName } from '../suggest.ts';
import type { Assignment } from '../syntax.ts';
import { lineAfter, linesOf, placeOf, renamedKey, otherText, wordsOf, type LintFile, type LintOptions } from './file.ts';
import type { Edit, Finding, Fix } from './finding.ts';

/** What a rule has found: where, and what to say. */
interface Found {
  readonly at?: Assignment;
  /** Offset in the value where it begins; at the key where it is left out. */
  readonly offset?: number;
  readonly message: string;
  readonly fix?: Fix;
}

/** One thing that is looked for: how grave it is, what it is about, and where it is. */
interface Rule {
  readonly severity: Finding['severity'];
  /** Why, for whoever reads the list of rules. */
  readonly doc: string;
  readonly find: (file: LintFile, options: LintOptions) => readonly Found[];
}

/** Every rule by its code; what is wrong with values and keys as such, the loading of the unit tells. */
export const rules: Readonly<Record<string, Rule>> = {
  'newer-than': {
    severity: 'warning',
    doc: 'A directive that came after the release of --for-version= is ignored there.',
    find: (file, { forVersion }) =>
      forVersion === undefined
        ? []
        : file.text.assignments.flatMap((at) => {
            const since = placeOf(file, at)?.row.since ?? 0;
            return since > forVersion ? [{ at, message: `${at.key}= came with systemd ${since}; ${forVersion} ignores it` }] : [];
          }),
  },
  'old-spelling': {
    severity: 'note',
    doc: 'A directive is written in a way that is kept only for old files.',
    find: (file) =>
      file.text.assignments.flatMap((at) => {
        const row = placeOf(file, at)?.row;
        if (row?.row !== 'synonym' || !row.obsolete) return [];
        const [name = ''] = row.keys;
        if (row.part === 'unit') return [{ at, message: `${at.key}= belongs into [Unit], as ${name}=` }];
        return [{ at, message: `${at.key}= is an old spelling of ${name}=`, fix: fix(`write ${name}=`, renamedKey(at, name)) }];
      }),
  },
  'unknown-key': {
    severity: 'warning',
    doc: 'A directive that does not exist, or not in this section, is ignored.',
    find: (file) => file.text.assignments.flatMap((at) => unknownKey(file, at)),
  },
  'set-twice': {
    severity: 'warning',
    doc: 'Of two lines of a directive with one value only the last counts.',
    find: (file) => {
      const before = new Map<string, Assignment>();
      return file.text.assignments.flatMap((at) => {
        const row = placeOf(file, at)?.row;
        const key = `${at.section} ${at.key}`;
        const first = before.get(key);
        before.set(key, at);
        if (first === undefined || row?.row !== 'setting' || row.combine !== 'last' || first.value === '' || at.value === '') return [];
        return [{ at, message: `${at.key}= is set in line ${first.line} already; only this line counts` }];
      });
    },
  },
  'requires-without-after': {
    severity: 'warning',
    doc: 'Without an order both units start at the same time, so the other may not be there when it is needed.',
    find: (file) => unordered(file, ['Requires', 'BindsTo', 'Requisite']),
  },
  'online-without-wants': {
    severity: 'warning',
    doc: 'network-online.target is reached only if a unit pulls it in; an order alone does nothing.',
    find: (file) => {
      const pulled = wordsOf(file, 'Wants', 'Requires', 'BindsTo');
      return linesOf(file, 'After').flatMap((at) =>
        at.value.split(/\s+/).includes('network-online.target') && !pulled.includes('network-online.target')
          ? [
              {
                at,
                message: 'After=network-online.target does nothing unless something pulls that target in',
                fix: fix('pull it in', lineAfter(at, 'Wants=network-online.target')),
              },
            ]
          : [],
      );
    },
  },
  'shell-syntax': {
    severity: 'warning',
    doc: 'No shell reads command lines: pipes, redirections and && are passed to the program as words.',
    find: (file) => commandLines(file).flatMap(shellSyntax),
  },
  'inline-comment': {
    severity: 'warning',
    doc: 'Comments stand on lines of their own; behind a value they are part of it.',
    find: (file) =>
      file.text.assignments.flatMap((at) => {
        const offset = at.value.search(/\s[#;]\s/);
        const isCommand = at.key.startsWith('Exec') && at.value.slice(offset).trimStart().startsWith(';');
        if (offset < 0 || isCommand || freeText.has(at.key)) return [];
        const edit = otherText(at, offset, at.value.length - offset, '');
        const message = 'what follows is no comment, but part of the value';
        return [{ at, offset: offset + 1, message, ...(edit === undefined ? {} : { fix: fix('leave it out', edit) }) }];
      }),
  },
  'quoted-value': {
    severity: 'note',
    doc: 'Quotes around a text that is taken as it is are part of it.',
    find: (file) =>
      linesOf(file, 'Description', 'WorkingDirectory', 'PIDFile', 'RootDirectory').flatMap((at) => {
        const inner = /^"(.*)"$/.exec(at.value)?.[1];
        const edit = inner === undefined ? undefined : otherText(at, 0, at.value.length, inner);
        return edit === undefined
          ? []
          : [{ at, offset: 0, message: `the quotes are part of the value of ${at.key}=`, fix: fix('leave them out', edit) }];
      }),
  },
  'legacy-run': {
    severity: 'note',
    doc: '/var/run has been a link to /run for years.',
    find: (file) =>
      file.text.assignments.flatMap((at) => {
        const offset = at.value.search(/(?<![^\s:=+!-])\/var\/run\//);
        const edit = offset < 0 ? undefined : otherText(at, offset, '/var/run/'.length, '/run/');
        return edit === undefined ? [] : [{ at, offset, message: '/var/run is a legacy name of /run', fix: fix('write /run', edit) }];
      }),
  },
  'kill-mode-none': {
    severity: 'warning',
    doc: 'KillMode=none leaves processes behind that nobody manages.',
    find: (file) =>
      linesOf(file, 'KillMode').flatMap((at) =>
        at.value === 'none'
          ? [{ at, message: 'KillMode=none leaves processes behind when the unit stops; mixed or control-group do not' }]
          : [],
      ),
  },
  'secret-in-environment': {
    severity: 'warning',
    doc: 'Everybody can read unit files and ask for the environment of units; credentials are for what is secret.',
    find: (file) =>
      linesOf(file, 'Environment').flatMap((at) => {
        const secret = /\b(\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY)\w*)=(?!["']?(?:\s|$|\/|%))/i.exec(at.value);
        return secret?.[1] === undefined
          ? []
          : [{ at, offset: secret.index, message: `everybody can read ${secret[1]} here; LoadCredential= keeps it from others` }];
      }),
  },
  'forking-without-pid-file': {
    severity: 'note',
    doc: 'Without PIDFile= the main process of a forking service is a guess.',
    find: (file) => {
      const at = linesOf(file, 'Type').findLast(({ value }) => value === 'forking');
      if (at === undefined || file.isDropIn || linesOf(file, 'PIDFile').length > 0) return [];
      return [{ at, message: 'Type=forking without PIDFile= leaves the main process to a guess; Type=notify or exec need none' }];
    },
  },
  'no-install-section': {
    severity: 'note',
    doc: 'A unit without [Install] cannot be enabled; that is right for those that others pull in.',
    find: (file) =>
      file.isDropIn || !enabled.has(file.type) || file.text.assignments.some(({ section }) => section === 'Install')
        ? []
        : [{ message: 'there is no [Install] section, so the unit cannot be enabled' }],
  },
  'no-description': {
    severity: 'note',
    doc: 'Without Description= people see only the name.',
    find: (file) =>
      file.isDropIn || linesOf(file, 'Description').length > 0
        ? []
        : [{ message: 'there is no Description=, so people see only the name' }],
  },
  'wrong-target': {
    severity: 'warning',
    doc: 'The targets of the system are not there for users, and the other way round.',
    find: (file, { target }) =>
      linesOf(file, 'WantedBy', 'RequiredBy').flatMap((at) => {
        const isUser = target === 'user';
        const wrong = at.value.split(/\s+/).find((word) => (isUser ? systemTargets : userTargets).has(word));
        if (target === undefined || wrong === undefined) return [];
        const right = isUser ? 'default.target' : 'multi-user.target';
        const edit = otherText(at, at.value.indexOf(wrong), wrong.length, right);
        const message = `${wrong} is not what ${isUser ? "a user's manager" : 'the system'} starts`;
        return [{ at, offset: at.value.indexOf(wrong), message, ...(edit === undefined ? {} : { fix: fix(`write ${right}`, edit) }) }];
      }),
  },
  'not-for-users': {
    severity: 'warning',
    doc: "A user's manager cannot become somebody else, and has no units of these types.",
    find: (file, { target }) =>
      target === 'user'
        ? linesOf(file, 'User', 'Group', 'DynamicUser', 'SupplementaryGroups', 'PAMName', 'RootImage').map((at) => ({
            at,
            message: `${at.key}= needs rights that a user's manager does not have`,
          }))
        : [],
  },
  'not-in-containers': {
    severity: 'warning',
    doc: 'Mounts, swaps and devices are not for a container with usual rights to make.',
    find: (file, { target }) => {
      if (target !== 'container') return [];
      const type = hostTypes.has(file.type) ? [{ message: `a ${file.type} unit cannot be started in a container with usual rights` }] : [];
      const skipped = linesOf(file, 'ConditionVirtualization', 'AssertVirtualization').flatMap((at) =>
        /^!(?:container|yes|docker|podman)$/.test(at.value) ? [{ at, message: 'the unit is skipped in containers' }] : [],
      );
      const terminals = linesOf(file, 'TTYPath').map((at) => ({ at, message: 'a container has no terminals but its console' }));
      return [...type, ...skipped, ...terminals];
    },
  },
};

/** Applies all rules to a file. */
export function applyRules(file: LintFile, options: LintOptions): readonly Finding[] {
  return Object.entries(rules).flatMap(([code, { severity, find }]) =>
    find(file, options).map(({ at, offset, message, fix: mend }) => ({
      severity,
      code,
      message,
      path: file.path,
      line: at?.line ?? 0,
      column: at === undefined ? 0 : offset === undefined ? at.keyColumn : at.column + offset,
      ...(mend === undefined ? {} : { fix: mend }),
    })),
  );
}

function fix(what: string, ...edits: readonly Edit[]): Fix {
  return { what, edits };
}

function unknownKey(file: LintFile, at: Assignment): readonly Found[] {
  const directives = directivesOf(file.type, at.section);
  if (directives === undefined || directives.has(at.key) || at.key.startsWith('X-')) return [];
  const elsewhere = ['Unit', ownSections[file.type].section, 'Install'].find((section) => directivesOf(file.type, section)?.has(at.key));
  const meant = nearestName(at.key, directives.keys());
  if (elsewhere !== undefined) {
    const edits = movedLine(file, at, elsewhere);
    const message = `${at.key}= is ignored in [${at.section}]; it belongs in [${elsewhere}]`;
    return [{ at, message, ...(edits === undefined ? {} : { fix: fix(`move it into [${elsewhere}]`, ...edits) }) }];
  }
  if (meant === undefined) return [{ at, message: `there is no directive ${at.key}= in [${at.section}]` }];
  const message = `there is no directive ${at.key}=; did you mean ${meant}=?`;
  return [{ at, message, fix: fix(`write ${meant}=`, renamedKey(at, meant)) }];
}

/** Takes a line out and puts it at the end of a section that there is; undefined for a line that goes on over several. */
function movedLine({ text }: LintFile, at: Assignment, section: string): readonly Edit[] | undefined {
  const last = text.assignments.findLast((each) => each.section === section);
  if (last === undefined || (at.pieces?.length ?? 1) > 1) return undefined;
  const taken = { line: at.line, column: 1, endLine: at.line + 1, endColumn: 1, text: '' };
  return [taken, lineAfter(last, `${at.key}=${at.value}`)].toSorted((a, b) => a.line - b.line);
}

function unordered(file: LintFile, keys: readonly string[]): readonly Found[] {
  const ordered = wordsOf(file, 'After', 'Before');
  // Slices, targets and mounts are ordered by default; what is never started needs no order.
  const needing = /\.(?:service|socket)$/;
  return linesOf(file, ...keys).flatMap((at) => {
    const missing = at.value.split(/\s+/).filter((word) => needing.test(word) && !ordered.includes(word));
    if (missing.length === 0) return [];
    const names = missing.join(' ');
    return [
      {
        at,
        message: `${at.key}=${names} without After=: both start at the same time`,
        fix: fix('put this unit after it', lineAfter(at, `After=${names}`)),
      },
    ];
  });
}

function commandLines(file: LintFile): readonly Assignment[] {
  return file.text.assignments.filter(({ key }) => /^Exec(?:Condition|Start|StartPre|StartPost|Reload|Stop|StopPost)$/.test(key));
}

function shellSyntax(at: Assignment): readonly Found[] {
  // Whoever hands the line to a shell means what is in it.
  if (/(?:^|\/|\s)(?:ba|da|z|k)?sh\s+(?:-\S+\s+)*-\w*c\b/.test(at.value)) return [];
  const bare = at.value.replaceAll(/"(?:[^"\\]|\\.)*"|'[^']*'/g, (quoted) => 'x'.repeat(quoted.length));
  const found = /(?:^|\s)(?:\|\|?|&&?|>>?|2>(?:&1)?|<)(?=\s|$)|\$\(|`/.exec(bare);
  if (found === null) return [];
  const what = found[0].trim();
  const offset = found.index + found[0].length - found[0].trimStart().length;
  return [{ at, offset, message: `${what} is for shells, and no shell reads this line; use /bin/sh -c '…' if it is meant` }];
}

const freeText: ReadonlySet<string> = new Set(['Description', 'Documentation', 'StatusText', 'StandardInputText', 'Environment']);
const enabled: ReadonlySet<string> = new Set(['service', 'socket', 'timer', 'path', 'mount', 'automount', 'swap']);
const hostTypes: ReadonlySet<string> = new Set(['mount', 'automount', 'swap', 'device']);
const systemTargets: ReadonlySet<string> = new Set([
  'multi-user.target',
  'graphical.target',
  'rescue.target',
  'local-fs.target',
  'network.target',
  'network-online.target',
]);
const userTargets: ReadonlySet<string> = new Set(['graphical-session.target']);
