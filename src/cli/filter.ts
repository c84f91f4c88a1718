import { unitTypes } from '../api/escape.ts';
import { nearestWord } from '../api/suggest.ts';
import { unitFileStates } from '../api/words.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Options } from './options.ts';
import type { Terminal } from './output/terminal.ts';

/** What --type= and --state= let through. */
export interface Filter {
  /** The types asked for; all where none was. */
  readonly type: (name: string) => boolean;
  readonly unit: (unit: Listed) => boolean;
  /** Whether `list-units` shows a unit: without --all or states, `inactive` ones only while they have a job. */
  readonly shows: (unit: Listed & { readonly following?: string; readonly job?: object }) => boolean;
  /** States were asked for, as such or as a type. */
  readonly hasStates: boolean;
}

interface Listed {
  readonly name: string;
  readonly load: string;
  readonly active: string;
  readonly sub: string;
}

/** Reads --type= and --state=; an error is the exit status, after the message or the list of words that was asked for. */
export function checkFilter({ types, states, all }: Pick<Options, 'types' | 'states' | 'all'>, terminal: Terminal): Result<Filter, number> {
  if (types.includes('help')) {
    printWords(terminal, [{ title: 'unit types', words: unitTypes }]);
    return err(0);
  }
  if (states.includes('help')) {
    printWords(terminal, [
      { title: 'unit load states', words: loadStates },
      { title: 'unit active states', words: activeStates },
      { title: 'unit file states', words: unitFileStates },
      ...Object.entries(subStates).map(([type, words]) => ({ title: `${type} unit substates`, words: words.split(' ') })),
    ]);
    return err(0);
  }
  const unknown = types.find((type) => !isUnitType(type) && !loadStates.includes(type));
  if (unknown !== undefined) {
    terminal.fail(`Unknown unit type or load state '${unknown}'.`);
    terminal.tell('Use -t help to see a list of allowed values.');
    const near = terminal.errors === undefined ? undefined : nearestWord(unknown, [...unitTypes, ...loadStates]);
    if (near !== undefined) terminal.note(`Did you mean ${near}?`);
    return err(1);
  }
  // A load state given as a type is one of the states asked for.
  const wantedTypes = new Set(types.filter((type) => isUnitType(type)));
  const wantedStates = new Set([...states, ...types.filter((type) => !isUnitType(type))]);
  const type = (name: string) => wantedTypes.size === 0 || wantedTypes.has(typeOf(name));
  const hasStates = wantedStates.size > 0;
  const unit = ({ name, load, active, sub }: Listed) =>
    type(name) && (!hasStates || wantedStates.has(load) || wantedStates.has(active) || wantedStates.has(sub));
  return ok({
    type,
    unit,
    shows: (one) =>
      unit(one) && (all || (one.following === undefined && (hasStates || one.active !== 'inactive' || one.job !== undefined))),
    hasStates,
  });
}

/** The suffix of a unit name. */
export function typeOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** systemctl lists units by type, then by name, without regard to case. */
export function bySystemdOrder(left: string, right: string): number {
  return compare(typeOf(left), typeOf(right)) || compare(left.toLowerCase(), right.toLowerCase()) || compare(left, right);
}

/** Which of these units are the last of their types, before those of another. */
export function typeEnds(units: readonly { readonly name: string }[]): ReadonlySet<number> {
  return new Set(
    units.flatMap(({ name }, index) => (index + 1 < units.length && typeOf(units[index + 1]?.name ?? '') !== typeOf(name) ? [index] : [])),
  );
}

function isUnitType(word: string): boolean {
  return unitTypes.some((type) => type === word);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

const loadStates: readonly string[] = ['stub', 'loaded', 'not-found', 'bad-setting', 'error', 'merged', 'masked'];
export const activeStates: readonly string[] = ['active', 'reloading', 'inactive', 'failed', 'activating', 'deactivating', 'maintenance'];

/** The sub states of systemd 252, by type; tysd has fewer. */
const subStates: Readonly<Record<string, string>> = {
  automount: 'dead waiting running failed',
  device: 'dead tentative plugged',
  mount:
    'dead mounting mounting-done mounted remounting unmounting remounting-sigterm remounting-sigkill unmounting-sigterm unmounting-sigkill failed cleaning',
  path: 'dead waiting running failed',
  scope: 'dead start-chown running abandoned stop-sigterm stop-sigkill failed',
  service:
    'dead condition start-pre start start-post running exited reload stop stop-watchdog stop-sigterm stop-sigkill stop-post final-watchdog final-sigterm final-sigkill failed auto-restart cleaning',
  slice: 'dead active',
  socket:
    'dead start-pre start-chown start-post listening running stop-pre stop-pre-sigterm stop-pre-sigkill stop-post final-sigterm final-sigkill failed cleaning',
  swap: 'dead activating activating-done active deactivating deactivating-sigterm deactivating-sigkill failed cleaning',
  target: 'dead active',
  timer: 'dead waiting running elapsed failed',
};

function printWords(terminal: Terminal, groups: readonly { readonly title: string; readonly words: readonly string[] }[]): void {
  groups.forEach(({ title, words }, index) => {
    if (index > 0) terminal.print('');
    terminal.print(`Available ${title}:`);
    for (const word of words) terminal.print(word);
  });
}
