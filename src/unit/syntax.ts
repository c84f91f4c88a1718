import { strictText } from '../base/bytes.ts';

/** A place in a file, counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** `Key=value` in a section. */
export interface Assignment {
  readonly section: string;
  readonly key: string;
  /** Continued lines are joined by a space. */
  readonly value: string;
  readonly line: number;
  readonly keyColumn: number;
  /** Column of the value on the line where it begins. */
  readonly column: number;
  /** Where the physical lines of a continued value begin: the first character of `value` that is of that line, and its place. */
  readonly pieces?: readonly Piece[];
}

/** A part of a continued value that is of one physical line. */
export interface Piece extends Position {
  readonly offset: number;
}

/** What a line is ignored for, or a whole file. */
export interface SyntaxProblem extends Position {
  readonly code:
    | 'assignment-outside-section'
    | 'missing-equals'
    | 'missing-key'
    | 'invalid-utf8'
    | 'bad-section-header'
    | 'line-too-long'
    | 'file-too-large'
    | 'not-text';
  readonly message: string;
}

/** A unit file (or a manager's configuration file, which has the same syntax) taken apart. */
export interface UnitText {
  readonly assignments: readonly Assignment[];
  /** Lines that were ignored; after the first few of a kind only their number is told. */
  readonly problems: readonly SyntaxProblem[];
  /** The file as a whole cannot be used. */
  readonly fatal?: SyntaxProblem;
}

/** Longest logical line, as in systemd. */
const LONGEST_LINE = 1024 * 1024;
/** Larger files are not units; systemd has no such limit. */
const LARGEST_FILE = 4 * 1024 * 1024;
/** A NUL so near to the beginning means that the file is a program or a picture. */
const BINARY_HEAD = 1024;
/** Problems of one kind that are told one by one. */
const TOLD = 3;

/** Takes the bytes of a unit file apart (systemd.syntax(7)). */
export function parseUnitText(bytes: Uint8Array): UnitText {
  if (bytes.length > LARGEST_FILE) {
    const size = (bytes.length / (1024 * 1024)).toFixed(1);
    return refused('file-too-large', `the file is ${size} MiB long: a unit file has at most ${LARGEST_FILE / (1024 * 1024)} MiB`, 1, 1);
  }
  const nul = bytes.subarray(0, BINARY_HEAD).indexOf(0);
  if (nul >= 0) return binary(bytes, nul);
  const text = strictText(bytes) ?? textOfValidLines(bytes);
  return new Reader(text.startsWith('\ufeff') ? text.slice(1) : text).read();
}

/** The place of the character at `offset` in the value of an assignment. */
export function locate(assignment: Assignment, offset: number): Position {
  const piece = assignment.pieces?.findLast((candidate) => candidate.offset <= offset);
  return piece === undefined
    ? { line: assignment.line, column: assignment.column + offset }
    : { line: piece.line, column: piece.column + offset - piece.offset };
}

/** Stands for a line that is not UTF-8; no valid text has it. */
const INVALID = '\ud800';

const LF = 10;
const CR = 13;
const BACKSLASH = 92;

class Reader {
  readonly #text: string;
  readonly #onlyLineFeeds: boolean;
  readonly #assignments: Assignment[] = [];
  readonly #problems: SyntaxProblem[] = [];
  #counts: Map<SyntaxProblem['code'], number> | undefined;
  #fatal: SyntaxProblem | undefined;
  #section: string | undefined;
  #line = 0;

  constructor(text: string) {
    this.#text = text;
    this.#onlyLineFeeds = !text.includes('\r') && !text.includes('\0');
  }

  read(): UnitText {
    for (let at = 0; at < this.#text.length && this.#fatal === undefined;) at = this.#readLogicalLine(at);
    this.#tellCounts();
    const { assignments, problems } = { assignments: this.#assignments, problems: this.#problems };
    return this.#fatal === undefined ? { assignments, problems } : { assignments: [], problems: [], fatal: this.#fatal };
  }

  /** Reads one line and those that continue it; gives where the next one begins. */
  #readLogicalLine(at: number): number {
    const text = this.#text;
    this.#line++;
    const end = this.#lineEnd(at);
    const next = this.#nextLine(end);
    if (end - at > LONGEST_LINE) return this.#fail(next);
    const start = skipBlanks(text, at, end);
    if (start === end || isComment(text.charCodeAt(start))) return next;
    if (!isContinued(text, start, end)) {
      this.#take(text, start, end, this.#line, start - at + 1);
      return next;
    }
    return this.#readContinued(at, start, end, next);
  }

  #readContinued(at: number, start: number, end: number, following: number): number {
    const text = this.#text;
    const line = this.#line;
    const pieces: Piece[] = [{ offset: 0, line, column: start - at + 1 }];
    let joined = `${text.slice(start, end - 1)} `;
    let next = following;
    while (next < text.length) {
      this.#line++;
      const from = next;
      const to = this.#lineEnd(from);
      next = this.#nextLine(to);
      const first = skipBlanks(text, from, to);
      if (first < to && isComment(text.charCodeAt(first))) continue;
      if (joined.length + to - first > LONGEST_LINE) return this.#fail(next);
      pieces.push({ offset: joined.length, line: this.#line, column: first - from + 1 });
      if (!isContinued(text, first, to)) {
        joined += text.slice(first, to);
        break;
      }
      joined += `${text.slice(first, to - 1)} `;
    }
    this.#take(joined, 0, joined.length, line, start - at + 1, pieces);
    return next;
  }

  /** Takes the logical line between `start` and `end` of `source`. */
  #take(source: string, start: number, end: number, line: number, column: number, pieces?: readonly Piece[]): void {
    const last = trimEnd(source, start, end);
    if (source.indexOf(INVALID, start) >= 0 && source.slice(start, last).includes(INVALID)) {
      this.#problem('invalid-utf8', 'the line is not valid UTF-8, ignored', line, column);
      return;
    }
    if (source.charCodeAt(start) === 91) {
      this.#takeHeader(source.slice(start, last), line, column);
      return;
    }
    if (this.#section === undefined) {
      this.#problem('assignment-outside-section', 'expected a section such as [Unit] before the first assignment, ignored', line, column);
      return;
    }
    const equals = source.indexOf('=', start);
    if (equals < 0 || equals >= last) {
      this.#problem('missing-equals', `expected Key=value, found ${quoted(source.slice(start, last))}, ignored`, line, column);
      return;
    }
    if (equals === start) {
      this.#problem('missing-key', 'expected a key before the =, ignored', line, column);
      return;
    }
    const valueStart = skipBlanks(source, equals + 1, last);
    const assignment = {
      section: this.#section,
      key: source.slice(start, trimEnd(source, start, equals)),
      value: source.slice(valueStart, last),
      line,
      keyColumn: column,
      column: column + valueStart - start,
    };
    this.#assignments.push(pieces === undefined ? assignment : { ...assignment, ...placed(pieces, valueStart) });
  }

  #takeHeader(header: string, line: number, column: number): void {
    if (header.endsWith(']')) this.#section = header.slice(1, -1);
    else
      this.#fatal = { code: 'bad-section-header', message: `expected ] at the end of the section header ${quoted(header)}`, line, column };
  }

  #problem(code: SyntaxProblem['code'], message: string, line: number, column: number): void {
    this.#counts ??= new Map();
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    if (count <= TOLD) this.#problems.push({ code, message, line, column });
  }

  #tellCounts(): void {
    for (const [code, count] of this.#counts ?? []) {
      const last = this.#problems.findLastIndex((problem) => problem.code === code);
      const problem = this.#problems[last];
      if (count > TOLD && problem !== undefined)
        this.#problems[last] = { ...problem, message: `${problem.message} (and ${count - TOLD} more such lines)` };
    }
  }

  #fail(next: number): number {
    this.#fatal = { code: 'line-too-long', message: 'the line is longer than 1 MiB', line: this.#line, column: LONGEST_LINE };
    return next;
  }

  #lineEnd(at: number): number {
    const text = this.#text;
    if (this.#onlyLineFeeds) {
      const end = text.indexOf('\n', at);
      return end < 0 ? text.length : end;
    }
    let end = at;
    while (end < text.length && !endsLine(text.charCodeAt(end))) end++;
    return end;
  }

  /** Different characters that end a line, as CR LF, end one line together. */
  #nextLine(end: number): number {
    if (this.#onlyLineFeeds) return end + 1;
    const first = this.#text.charCodeAt(end);
    const second = this.#text.charCodeAt(end + 1);
    return end + (endsLine(second) && second !== first ? 2 : 1);
  }
}

function endsLine(code: number): boolean {
  return code === LF || code === CR || code === 0;
}

function isComment(code: number): boolean {
  return code === 35 || code === 59;
}

/** An odd number of backslashes at the end. */
function isContinued(text: string, start: number, end: number): boolean {
  let at = end;
  while (at > start && text.charCodeAt(at - 1) === BACKSLASH) at--;
  return (end - at) % 2 === 1;
}

function skipBlanks(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && isBlank(text.charCodeAt(at))) at++;
  return at;
}

function trimEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isBlank(text.charCodeAt(at - 1))) at--;
  return at;
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === LF || code === CR;
}

/** The pieces of the value alone, and where it begins. */
function placed(pieces: readonly Piece[], valueStart: number): { readonly column: number; readonly pieces: readonly Piece[] } {
  const moved = pieces.map((piece) => ({ ...piece, offset: piece.offset - valueStart }));
  const first = moved.findLastIndex((piece) => piece.offset <= 0);
  const piece = moved[first];
  return { column: piece === undefined ? 1 : piece.column - piece.offset, pieces: moved.slice(Math.max(first, 0)) };
}

function quoted(text: string): string {
  return text.length > 60 ? `${JSON.stringify(text.slice(0, 60))}…` : JSON.stringify(text);
}

/** The text with `INVALID` in place of each line that is not UTF-8, and of its continuation mark and comment sign what matters. */
function textOfValidLines(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at <= bytes.length;) {
    const found = bytes.indexOf(LF, at);
    const end = found < 0 ? bytes.length : found;
    const line = bytes.subarray(at, end);
    lines.push(strictText(line) ?? sketchOf(line));
    at = end + 1;
  }
  return lines.join('\n');
}

function sketchOf(line: Uint8Array): string {
  const first = line.find((byte) => byte !== 32 && byte !== 9) ?? 0;
  let backslashes = 0;
  while (line[line.length - 1 - backslashes] === BACKSLASH) backslashes++;
  return isComment(first) ? '#' : `${INVALID}${backslashes % 2 === 1 ? '\\' : ''}`;
}

function binary(bytes: Uint8Array, nul: number): UnitText {
  const before = bytes.subarray(0, nul);
  const line = before.filter((byte) => byte === LF).length + 1;
  return refused('not-text', 'the file is not text: it has a NUL byte here', line, nul - before.lastIndexOf(LF));
}

function refused(code: SyntaxProblem['code'], message: string, line: number, column: number): UnitText {
  return { assignments: [], problems: [], fatal: { code, message, line, column } };
}
