import { isUserOrGroup } from '../unit/values/user-name.ts';

/** Something to ask the machine's name service (nss(5)): an entry of a database, or the groups that a user is a member of. */
export interface Question {
  readonly database: 'passwd' | 'group' | 'initgroups';
  readonly key: string;
}

/** The question as a word. */
export function wordOf({ database, key }: Question): string {
  return `${database} ${key}`;
}

/** Where answers are kept. */
export function answerDirectory(runtimeDirectory: string): string {
  return `${runtimeDirectory}/names`;
}

/** Where the answer to a question is kept, so that what ends a service finds who it runs as, whichever manager is there by then. */
export function answerPath(runtimeDirectory: string, question: Question): string {
  const name = process.getBuiltinModule('node:crypto').createHash('sha256').update(wordOf(question)).digest('hex').slice(0, 32);
  return `${answerDirectory(runtimeDirectory)}/${question.database}-${name}`;
}

/** What getent(1) printed, as far as it is an answer: one sound line, as passwd(5) and group(5) have it, or numbers of groups. */
export function readAnswer({ database, key }: Question, printed: string): string | undefined {
  const [line = ''] = printed.split('\n', 1);
  if (/[\u0000-\u001f\u007f]/.test(line)) return undefined;
  if (database === 'initgroups') {
    if (!line.startsWith(key)) return undefined;
    const numbers = line
      .slice(key.length)
      .split(' ')
      .filter((word) => word !== '');
    return numbers.every(isId) ? numbers.join(' ') : undefined;
  }
  const parts = line.split(':');
  const [name = '', , id = '', gid = '', , home = ''] = parts;
  if (!isUserOrGroup(name) || /^\d/.test(name) || !isId(id)) return undefined;
  // A number is asked for as such; of a name the source may know another spelling.
  if (/^\d+$/.test(key) && id !== key) return undefined;
  if (database === 'group') return parts.length >= 3 ? line : undefined;
  return parts.length === 7 && isId(gid) && (home === '' || home.startsWith('/')) ? line : undefined;
}

function isId(text: string): boolean {
  return /^\d+$/.test(text) && isUserOrGroup(text);
}
