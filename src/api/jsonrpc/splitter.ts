/** A request may not be longer than this. */
export const requestLimit = 1024 * 1024;
const depthLimit = 64;

/** What a chunk of input completed, and why the rest of the stream cannot be understood. */
export interface Split {
  readonly texts: readonly string[];
  readonly problem?: string;
}

/**
 * Cuts a stream of bytes into JSON objects and arrays, which may follow each other with or without white space.
 *
 * It only looks for where each text ends, so that a text is parsed once, and never scans a byte twice.
 */
export class JsonSplitter {
  #held: Uint8Array[] = [];
  #heldLength = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #problem: string | undefined;

  push(chunk: Uint8Array): Split {
    const texts: string[] = [];
    let start = this.#depth > 0 ? 0 : -1;
    for (let index = 0; index < chunk.length && this.#problem === undefined; index++) {
      const byte = chunk[index] ?? 0;
      if (this.#depth === 0) {
        if (isSpace(byte)) continue;
        if (byte !== brace && byte !== bracket) this.#problem = `expected a JSON object, found ${describe(chunk, index)}`;
        else {
          start = index;
          this.#depth = 1;
        }
      } else if (this.#closes(byte)) {
        texts.push(this.#take(chunk.subarray(start, index + 1)));
        start = -1;
      } else if (this.#heldLength + index - start >= requestLimit) {
        this.#problem = `a request may not be longer than ${requestLimit} bytes`;
      }
    }
    if (start !== -1 && this.#problem === undefined) this.#hold(chunk.subarray(start));
    return this.#problem === undefined ? { texts } : { texts, problem: this.#problem };
  }

  /** What is wrong if the stream ends here. */
  end(): string | undefined {
    return this.#problem ?? (this.#depth > 0 ? 'the request ends before its JSON text does' : undefined);
  }

  /** Whether this byte, within a text, is its last. */
  #closes(byte: number): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === backslash) this.#escaped = true;
      else if (byte === quote) this.#inString = false;
    } else if (byte === quote) this.#inString = true;
    else if (byte === brace || byte === bracket) {
      this.#depth++;
      if (this.#depth > depthLimit) this.#problem = `a request may not be nested deeper than ${depthLimit}`;
    } else if (byte === closingBrace || byte === closingBracket) {
      this.#depth--;
      return this.#depth === 0;
    }
    return false;
  }

  #hold(part: Uint8Array): void {
    this.#held.push(part);
    this.#heldLength += part.length;
  }

  #take(last: Uint8Array): string {
    if (this.#heldLength === 0) return Buffer.from(last.buffer, last.byteOffset, last.length).toString('utf8');
    const text = Buffer.concat([...this.#held, last]).toString('utf8');
    this.#held = [];
    this.#heldLength = 0;
    return text;
  }
}

const brace = 0x7b;
const closingBrace = 0x7d;
const bracket = 0x5b;
const closingBracket = 0x5d;
const quote = 0x22;
const backslash = 0x5c;

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function describe(chunk: Uint8Array, index: number): string {
  return JSON.stringify(Buffer.from(chunk.subarray(index, index + 20)).toString('utf8'));
}
