import type { Verb } from './verbs.ts';

const many = Number.POSITIVE_INFINITY;

/** The verbs of tysctl that answer questions which systemctl does not. */
export const insightVerbs: Readonly<Record<string, Verb>> = {
  history: {
    group: 'Insight',
    usage: '[UNIT…]',
    least: 0,
    most: many,
    load: () => import('./commands/history.ts').then((m) => m.runHistory),
    doc: 'Show what happened to units and why (--since=, --until=)',
  },
  invocations: {
    group: 'Insight',
    usage: 'UNIT…',
    least: 1,
    most: many,
    load: () => import('./commands/invocations.ts').then((m) => m.runInvocations),
    doc: 'Show each run of units: when, how it ended, what it used',
  },
  explain: {
    group: 'Insight',
    usage: 'DIRECTIVE|SECTION…',
    least: 1,
    most: many,
    load: () => import('./commands/explain.ts').then((m) => m.runExplain),
    doc: 'Tell what directives mean, and what tysd makes of them',
  },
  lint: {
    group: 'Insight',
    usage: 'FILE|DIRECTORY…',
    least: 1,
    most: many,
    load: () => import('./commands/lint.ts').then((m) => m.runLint),
    doc: 'Check unit files (--strict, --target=, --for-version=, --sarif)',
  },
  diff: {
    group: 'Manager',
    usage: '',
    least: 0,
    most: 0,
    load: () => import('./commands/apply.ts').then((m) => m.runDiff),
    doc: 'Show what daemon-reload would change, and what needs a restart',
  },
  apply: {
    group: 'Manager',
    usage: '',
    least: 0,
    most: 0,
    load: () => import('./commands/apply.ts').then((m) => m.runApply),
    doc: 'Show it, then reload and restart just that (--yes)',
  },
  why: {
    group: 'Insight',
    usage: 'UNIT…',
    least: 1,
    most: many,
    load: () => import('./commands/why.ts').then((m) => m.runWhy),
    doc: 'Show what brought units into their states',
  },
  monitor: {
    group: 'Insight',
    usage: '[UNIT…]',
    least: 0,
    most: many,
    load: () => import('./commands/monitor.ts').then((m) => m.runMonitor),
    doc: 'Show what happens to units and jobs as it happens',
  },
  waiting: {
    group: 'Insight',
    usage: '',
    least: 0,
    most: 0,
    load: () => import('./commands/waiting.ts').then((m) => m.runWaiting),
    doc: 'Show what jobs wait for, until when, and what happens then',
  },
};
