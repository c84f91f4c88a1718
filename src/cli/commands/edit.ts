import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { Client } from '../../api/client.ts';
import type { UnitFiles } from '../../api/unit-files.ts';
import { editPlaces, editTarget, type EditPlaces } from '../edit/target.ts';
import { runEditor } from '../edit/editor.ts';
import { dropInTemplate, editedText, type SourceFile } from '../edit/template.ts';
import { suggestUnit } from '../did-you-mean.ts';
import type { Invocation } from '../invocation.ts';
import { expandNames, readNames } from '../names.ts';
import { sameManager } from '../output/same-manager.ts';

/** `edit`: a drop-in of each unit, or with --full a whole file, in the editor or from standard input. Nothing is written by halves. */
export async function runEdit(invocation: Invocation): Promise<number> {
  const { words, options, terminal } = invocation;
  if (!options.stdin && !(isatty(0) && isatty(1))) return refuse(invocation, 'Cannot edit units if not on a tty.');
  const client = await managerOf(invocation);
  const names = client === undefined ? readNames(invocation, words)?.names : await expandNames(invocation, client, words);
  if (names === undefined) return 1;
  if (names.length === 0) return refuse(invocation, 'No units matched the specified patterns.');
  const places = editPlaces(invocation, process.getuid?.() === 0);
  const drafts: Draft[] = [];
  for (const name of names) {
    const draft = await draftOf(name, invocation, client, places);
    if ('refusal' in draft) {
      if (draft.missing === undefined) return refuse(invocation, draft.refusal);
      terminal.tell(draft.refusal);
      // Behind what systemctl says, so that its two lines stay together.
      if (client !== undefined) await suggestUnit(invocation, draft.missing);
      return 1;
    }
    drafts.push(draft);
  }
  const problem = options.stdin ? replaceAll(drafts, readFileSync(0, 'utf8')) : edited(drafts, invocation);
  if (problem !== undefined) return refuse(invocation, problem);
  let isChanged = false;
  for (const draft of drafts) isChanged = carryOut(draft, invocation) || isChanged;
  if (!isChanged || client === undefined || !options.reload) return 0;
  const reloaded = await client.call('manager.reload', {});
  if (!reloaded.ok) terminal.fail(`Failed to reload daemon: ${reloaded.error.message}`);
  return reloaded.ok ? 0 : 1;
}

/** A file that is being edited. */
interface Draft {
  readonly path: string;
  /** What it holds now; undefined where it is not there. */
  readonly present: string | undefined;
  /** What the editor begins with. */
  readonly template: string;
  text: string;
}

async function managerOf(invocation: Invocation): Promise<Client | undefined> {
  if (invocation.options.global) return undefined;
  const client = await invocation.connect();
  return client.ok ? client.value : undefined;
}

/** Why nothing is edited, and the name of the unit where that is because there is none. */
interface Refusal {
  readonly refusal: string;
  readonly missing?: string;
}

/** What is to be edited for a unit; or why nothing is. */
async function draftOf(name: string, invocation: Invocation, client: Client | undefined, places: EditPlaces): Promise<Draft | Refusal> {
  const { options, terminal, program } = invocation;
  const found = await filesOf(name, invocation, client);
  const unit = found?.unit ?? name;
  if (found?.load === 'masked') return { refusal: `Cannot edit ${unit}: unit is masked.` };
  const sources = found?.files ?? [];
  if (sources.length === 0 && options.force === 0) {
    terminal.fail(`No files found for ${unit}.`);
    const scope = options.global ? ' --global' : sameManager(options);
    return { refusal: `Run '${program} edit${scope} --force --full ${unit}' to create a new unit.`, missing: unit };
  }
  const target = editTarget(unit, invocation, places);
  if (!target.ok) return { refusal: target.error };
  const path = target.value;
  const present = readOr(path);
  const template = options.full ? (present ?? fragmentOf(sources, unit)) : dropInTemplate(path, present ?? '', othersThan(path, sources));
  return { path, present, template, text: '' };
}

async function filesOf(unit: string, { options, services }: Invocation, client: Client | undefined): Promise<UnitFiles | undefined> {
  if (client !== undefined) {
    const answer = await client.call('unit.files', { unit });
    return answer.ok ? answer.value : undefined;
  }
  const scope = options.global ? 'global' : (options.scope ?? (process.getuid?.() === 0 ? 'system' : 'user'));
  return (await services.localUnitFiles({ scope, root: '' })).files(unit);
}

function fragmentOf(sources: readonly SourceFile[], unit: string): string {
  return sources.find(({ path }) => !path.includes(`${unit}.d/`))?.text ?? '';
}

function othersThan(own: string, sources: readonly SourceFile[]): readonly SourceFile[] {
  return sources.filter(({ path }) => path !== own);
}

/** Has the editor work on files beside those that are meant; takes over what it left there. */
function edited(drafts: readonly Draft[], { environment }: Invocation): string | undefined {
  const copies = drafts.map((draft) => ({ draft, copy: besideOf(draft.path) }));
  const made = copies.flatMap(({ copy }) => makeParent(copy));
  try {
    for (const { draft, copy } of copies) writeFileSync(copy, draft.template, { flag: 'wx', mode: 0o644 });
    const problem = runEditor(
      copies.map(({ copy }) => copy),
      environment,
    );
    if (problem !== undefined) return problem;
    for (const { draft, copy } of copies) draft.text = editedText(readOr(copy) ?? '');
    return undefined;
  } catch (error) {
    return `Failed to edit: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    for (const { copy } of copies) rmSync(copy, { force: true });
    for (const directory of made.toReversed()) removeEmpty(directory);
  }
}

function replaceAll(drafts: readonly Draft[], text: string): undefined {
  for (const draft of drafts) draft.text = text.trim();
}

/** Puts the new text in the place of the file at once; false, after a message, where there is nothing to put there. */
function carryOut({ path, present, template, text }: Draft, { terminal, options }: Invocation): boolean {
  const before = present ?? (options.full && !options.stdin ? template : undefined);
  if (text === '') terminal.warn(`Editing "${path}" canceled: temporary file is empty.`);
  else if (text === before?.trim()) terminal.note(`Editing "${path}" canceled: nothing was changed.`);
  else {
    makeParent(path);
    const copy = besideOf(path);
    writeFileSync(copy, `${text}\n`, { flag: 'wx', mode: 0o644 });
    renameSync(copy, path);
    return true;
  }
  return false;
}

/** A name in the same directory that no unit and no drop-in can have. */
function besideOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return `${path.slice(0, slash)}/.#${path.slice(slash + 1)}${randomBytes(8).toString('hex')}`;
}

/** Makes the directory of a file; gives the directories that were not there. */
function makeParent(path: string): readonly string[] {
  const first = mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true });
  return first === undefined ? [] : [first];
}

function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Somebody has put something there.
  }
}

function readOr(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function refuse({ terminal }: Invocation, message: string): number {
  terminal.fail(message);
  return 1;
}
