import type { Style } from './terminal.ts';

/**
 * What tools say on standard error, by how grave it is, with the levels that systemd's tools have for the same sentence. What is only
 * ours fails a command, warns of what may not be wanted, or is a note; each line is painted where there are colours.
 */
export interface Messages {
  /** The command fails for it: red. */
  readonly fail: Say;
  /** It goes on, though something may not be as it is wanted: yellow. */
  readonly warn: Say;
  /** What is worth to be noticed, and hints: bold. */
  readonly note: Say;
  /** What was done, what getopt(3) prints, and what has colours of its own: as it is. */
  readonly tell: Say;
}

type Say = (text: string) => void;

/** Messages that are written so; the style is asked for with the first that may be painted. */
export function messagesTo(write: Say, style: () => Pick<Style, 'red' | 'yellow' | 'bold'>): Messages {
  return {
    fail: (text) => write(painted(text, style().red)),
    warn: (text) => write(painted(text, style().yellow)),
    note: (text) => write(painted(text, style().bold)),
    tell: write,
  };
}

function painted(text: string, paint: (line: string) => string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? line : paint(line)))
    .join('\n');
}

/**
 * Says what is wrong with a command line. What getopt(3) finds it prints itself, so that it is no message of the tool, unless the tool
 * has a hint to add on the lines below.
 */
export function refuseCommandLine({ fail, note, tell }: Messages, error: string): void {
  const [sentence = '', ...hints] = error.split('\n');
  const say = hints.length === 0 && byGetopt.test(sentence) ? tell : fail;
  say(sentence);
  for (const hint of hints) note(hint);
}

const byGetopt = /^[\w-]+(?: \w+)?: (?:unrecognized option|invalid option|option) /;
