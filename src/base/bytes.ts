const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** First code unit of the range that stands for bytes that are not part of valid UTF-8: byte 0x80 is U+DC80. */
const ESCAPED_BYTE = 0xdc00;

/** The text of `bytes` as UTF-8, or undefined where they are not valid UTF-8. */
export function strictText(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The text of `bytes`; each byte that is not part of valid UTF-8 becomes a lone surrogate, so that `textToBytes` gives the same bytes back. */
export function bytesToText(bytes: Uint8Array): string {
  const whole = strictText(bytes);
  if (whole !== undefined) return whole;
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = validSequenceLength(bytes, at);
    text += length === 0 ? byteText(bytes[at] ?? 0) : strict.decode(bytes.subarray(at, at + length));
    at += length || 1;
  }
  return text;
}

/** The UTF-8 bytes of `text`, in which the lone surrogates of `byteText` stand for single bytes. */
export function textToBytes(text: string): Uint8Array {
  if (!hasEscapedByte(text)) return encoder.encode(text);
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (isEscapedByte(code)) bytes.push(code - ESCAPED_BYTE);
    else bytes.push(...encoder.encode(character));
  }
  return Uint8Array.from(bytes);
}

/** One byte as text: itself below 0x80, else the surrogate that stands for it until `joinBytes`. */
export function byteText(byte: number): string {
  return String.fromCharCode(byte < 0x80 ? byte : ESCAPED_BYTE + byte);
}

/** Single bytes of `byteText` that stand together as valid UTF-8 become the characters that they spell. */
export function joinBytes(text: string): string {
  return hasEscapedByte(text) ? bytesToText(textToBytes(text)) : text;
}

const escapedBytes = /[\udc80-\udcff]/;

/** Whether a part of the text stands for a single byte. */
export function hasEscapedByte(text: string): boolean {
  // Nearly never, and that is found out fastest by a pattern.
  if (!escapedBytes.test(text)) return false;
  for (let at = 0; at < text.length; at++) {
    if (isEscapedByte(text.charCodeAt(at)) && !isHighSurrogate(text.charCodeAt(at - 1))) return true;
  }
  return false;
}

function isEscapedByte(code: number): boolean {
  return code >= ESCAPED_BYTE + 0x80 && code <= ESCAPED_BYTE + 0xff;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function validSequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length < 2) return length;
  return at + length <= bytes.length && strictText(bytes.subarray(at, at + length)) !== undefined ? length : 0;
}
