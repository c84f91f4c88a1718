/**
 * The program for an argument, made once for all that ask for the same: units of a kind ask alike, and a program is never changed. Only the
 * last some are kept.
 */
export function shared<Of>(make: (of: Of) => Uint8Array): (of: Of) => Uint8Array {
  const made = new Map<string, Uint8Array>();
  return (of) => {
    const key = JSON.stringify(of);
    const known = made.get(key);
    if (known !== undefined) return known;
    const program = make(of);
    if (made.size >= MOST) made.clear();
    made.set(key, program);
    return program;
  };
}

const MOST = 256;
