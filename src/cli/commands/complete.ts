import type { Client } from '../../api/client.ts';
import { explainedNames } from '../../api/explain.ts';
import { type Candidate, type Grammar, type UnitChoice, type Wanted, wantedAt } from '../complete/wanted.ts';
import { sshHosts } from '../complete/ssh-hosts.ts';
import { completionScript, shells } from '../complete/scripts.ts';
import { firstWord } from '../getopt.ts';
import { connectOnce } from '../connect.ts';
import { bySystemdOrder, typeOf } from '../filter.ts';
import type { Invocation } from '../invocation.ts';
import type { Call } from '../main.ts';
import { optionRows, parseCommandLine } from '../options.ts';
import { refused, toolVerbs, verbs } from '../verbs.ts';

/** `completion SHELL`: what the shell is to load. */
export function runCompletion({ words, terminal }: Invocation): Promise<number> {
  const shell = shells.find((known) => known === words[0]);
  if (shell === undefined) {
    terminal.fail(`Unknown shell '${words[0] ?? ''}': there is completion for ${shells.join(', ')}.`);
    return Promise.resolve(1);
  }
  terminal.print(completionScript(shell).trimEnd());
  return Promise.resolve(0);
}

/**
 * `complete PROGRAM WORDS…`: what the last of the words, which may be but begun, can become. The first line is `files` where file names
 * are meant, else `words`; then a line for each, with its meaning after a tab. Nothing goes wrong aloud, for it would be in the user's way.
 */
export async function runComplete(call: Call, [program = '', ...words]: readonly string[]): Promise<number> {
  // What follows some verbs is another program's, as where it is carried out.
  const verb = firstWord(words.slice(0, -1), optionRows);
  const tool = tools[program] ?? verbTools[words[verb] ?? ''];
  const own = tool === undefined || Object.hasOwn(tools, program) ? words : words.slice(verb + 1);
  const { wanted, prefix } = wantedAt(own, await grammarOf(tool, call));
  if (wanted.want === 'files') {
    call.terminal.print('files');
    return 0;
  }
  const typed = (words.at(-1) ?? '').slice(prefix.length);
  const candidates = await answers(wanted, call, words);
  call.terminal.print('words');
  for (const { word, doc } of candidates.filter((each) => each.word.startsWith(typed))) {
    // A description must not end the line that it is on, nor command the terminal.
    const line = doc === undefined || doc === '' ? word : `${word}\t${doc}`;
    call.terminal.print(`${prefix}${line.replaceAll(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/g, ' ')}`);
  }
  return 0;
}

/** Programs whose command lines are other ones than tysctl's, and the verbs of tysctl that they are. */
const tools: Readonly<Record<string, Tool>> = { journalctl: 'logs', 'systemd-analyze': 'analyze' };
const verbTools: Readonly<Record<string, Tool>> = { logs: 'logs', analyze: 'analyze' };

type Tool = 'logs' | 'analyze';

async function grammarOf(tool: Tool | undefined, { services }: Call): Promise<Grammar> {
  if (tool === 'logs') return { verbs: {}, options: await services.logsOptions() };
  if (tool === undefined) return { verbs: ownVerbs(), options: optionRows };
  const [{ analyzeVerbs }, { analyzeOptionRows }, { analyzeOptionDocs }] = await Promise.all([
    import('../analyze/verbs.ts'),
    import('../analyze/options.ts'),
    import('../analyze/option-docs.ts'),
  ]);
  const docs = Object.fromEntries(Object.entries(analyzeOptionDocs).map(([long, { doc }]) => [long, doc]));
  const entries = Object.entries(analyzeVerbs).map(([word, row]) => [word, { ...row, most: row.most ?? Infinity }]);
  return { verbs: Object.fromEntries(entries), options: analyzeOptionRows, docs, values: { output: ['json', 'json-pretty', 'table'] } };
}

function ownVerbs(): Grammar['verbs'] {
  return Object.fromEntries(Object.entries(verbs).filter(([, { load }]) => load !== refused));
}

async function answers(wanted: Wanted, call: Call, words: readonly string[]): Promise<readonly Candidate[]> {
  if (wanted.want === 'words') return wanted.candidates;
  if (wanted.want === 'directives') return explainedNames().map((word) => ({ word }));
  if (wanted.want === 'hosts') return sshHosts(await call.services.fileTree(''), call.environment['HOME']).map((word) => ({ word }));
  if (wanted.want === 'nothing' || wanted.want === 'files') return [];
  // Of options that stand before, those that say which manager is meant; what follows some verbs is for another tool.
  const before = words.slice(0, -1);
  const first = firstWord(before, optionRows);
  const parsed = parseCommandLine('tysctl', toolVerbs.has(before[first] ?? '') ? before.slice(0, first) : before);
  const connection = connectOnce(parsed.ok ? parsed.value.options : { scope: undefined, runtimeDirectory: undefined }, call.environment);
  try {
    const client = await connection.connect();
    return client.ok ? await asked(wanted, client.value) : [];
  } finally {
    connection.close();
  }
}

async function asked(wanted: Wanted, client: Client): Promise<readonly Candidate[]> {
  if (wanted.want === 'units') return unitsFor(wanted.choice, client);
  if (wanted.want === 'jobs') {
    const jobs = await client.call('jobs.list', {});
    return jobs.ok ? jobs.value.map(({ id, unit, type }) => ({ word: String(id), doc: `${unit} ${type}` })) : [];
  }
  const block = await client.call('environment.list', {});
  return block.ok ? block.value.map((assignment) => ({ word: assignment.split('=', 1)[0] ?? '' })) : [];
}

/** States of unit files for the verbs that are about files. */
const fileStates: Readonly<Partial<Record<UnitChoice, readonly string[]>>> = {
  disabled: ['disabled', 'linked', 'linked-runtime', 'indirect'],
  enabled: ['enabled', 'enabled-runtime', 'linked', 'linked-runtime', 'alias'],
  masked: ['masked', 'masked-runtime'],
};

async function unitsFor(choice: UnitChoice, client: Client): Promise<readonly Candidate[]> {
  const states = fileStates[choice];
  const fromFiles = choice !== 'active' && choice !== 'failed' && choice !== 'reloadable';
  const files = fromFiles ? await client.call('install.list', {}) : undefined;
  const named = new Map<string, string>();
  if (files?.ok === true) {
    for (const { name, state } of files.value) {
      if (states !== undefined && !states.includes(state)) continue;
      if (choice === 'target' && typeOf(name) !== 'target') continue;
      if (choice === 'startable' && (state === 'masked' || state === 'masked-runtime')) continue;
      // Of a template an instance is to be named.
      named.set(name.includes('@.') && states === undefined && choice !== 'file' ? name.slice(0, name.indexOf('@') + 1) : name, '');
    }
  }
  if (states === undefined && choice !== 'file') {
    const loaded = await client.call('units.list', {});
    for (const { name, description, load, active } of loaded.ok ? loaded.value : []) {
      const isActive = active === 'active' || active === 'reloading' || active === 'activating';
      if (choice === 'startable' && (isActive || load === 'masked')) named.delete(name);
      else if (load !== 'not-found' && isChosen(choice, { name, active, isActive }))
        named.set(name, description === name ? '' : description);
    }
  }
  return [...named].map(([word, doc]) => ({ word, doc })).toSorted((left, right) => bySystemdOrder(left.word, right.word));
}

function isChosen(
  choice: UnitChoice,
  { name, active, isActive }: { readonly name: string; readonly active: string; readonly isActive: boolean },
): boolean {
  if (choice === 'active' || choice === 'reloadable') return isActive;
  if (choice === 'failed') return active === 'failed';
  return choice !== 'target' || typeOf(name) === 'target';
}
