/** One line of fstab(5). */
export interface FstabEntry {
  readonly what: string;
  readonly where: string;
  readonly type: string;
  readonly options: string;
  /** Whether, and in which pass, the file system is checked before it is mounted. */
  readonly pass: number;
}

/** The lines of an fstab; those of fewer than two fields are none. */
export function parseFstab(text: string): readonly FstabEntry[] {
  return text.split('\n').flatMap((line) => {
    const trimmed = line.trim();
    const fields = trimmed === '' || trimmed.startsWith('#') ? [] : trimmed.split(/[ \t]+/).map(unescapeField);
    const [what, where, type = '', options = '', , pass = '0'] = fields;
    if (what === undefined || where === undefined) return [];
    return [{ what, where, type, options, pass: Number.parseInt(pass, 10) || 0 }];
  });
}

/** Blanks and backslashes stand there in octal. */
function unescapeField(field: string): string {
  return field.replaceAll(/\\(040|011|012|134)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** The path of what a tag such as UUID= or LABEL= names; anything else as it is. */
export function deviceOf(what: string): string {
  const match = /^(LABEL|UUID|PARTUUID|PARTLABEL)=(.*)$/s.exec(what);
  if (match?.[1] === undefined || match[2] === undefined) return what;
  return `/dev/disk/by-${match[1].toLowerCase()}/${encodeForDevice(unquote(match[2]))}`;
}

function unquote(text: string): string {
  const quote = text[0];
  return text.length >= 2 && (quote === '"' || quote === "'") && text.endsWith(quote) ? text.slice(1, -1) : text;
}

/** As udev writes what may not be in the name of a device. */
function encodeForDevice(text: string): string {
  return text.replaceAll(/[^0-9A-Za-z#+\-.:=@_\u0080-\u{10ffff}]/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
