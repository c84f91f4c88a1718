import { err, ok, type Result } from '../../base/result.ts';

/** The kernel's own types (kernel documentation, "BPF Type Format"), as far as programs of ours have to know them. */
export interface KernelTypes {
  /** The number of the type of a function of this name, for programs that are attached to it. */
  functionId(name: string): number | undefined;
  /** Where a structure has a member, in bytes, and how many bytes it takes, where it is a number or a pointer; also one of a part that has no name. */
  member(structure: string, name: string): Member | undefined;
}

/** A place in a structure. */
export interface Member {
  readonly offset: number;
  readonly size: number;
}

/**
 * Reads BTF as /sys/kernel/btf/vmlinux has it. Nothing in it is believed: what leads outside of the bytes, or is of no kind that is known, is
 * an error, for people. Only what is asked for later is looked at closely.
 */
export function readKernelTypes(bytes: Uint8Array): Result<KernelTypes, string> {
  const parts = partsOf(bytes);
  if (!parts.ok) return parts;
  const { types, strings } = parts.value;
  const indexed = indexTypes(types);
  return indexed.ok ? ok(new Types(types, strings, indexed.value)) : indexed;
}

/** Kinds of types (linux/btf.h). */
const kinds = {
  int: 1,
  pointer: 2,
  array: 3,
  struct: 4,
  union: 5,
  enumeration: 6,
  forward: 7,
  typedef: 8,
  volatile: 9,
  const: 10,
  restrict: 11,
  function: 12,
  prototype: 13,
  variable: 14,
  section: 15,
  float: 16,
  declarationTag: 17,
  typeTag: 18,
  enumeration64: 19,
} as const;

const HEADER = 24;
const MAGIC = 0xeb9f;
const MOST_TYPES = 1 << 20;
/** Structures in structures, and names for names, are no deeper in any kernel. */
const DEEPEST = 32;

interface Parts {
  readonly types: DataView;
  readonly strings: Uint8Array;
}

function partsOf(bytes: Uint8Array): Result<Parts, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER) return err('it is too short to have a header');
  if (view.getUint16(0, true) !== MAGIC) return err('it does not begin as BTF of this byte order does');
  if (view.getUint8(2) !== 1) return err(`it is of version ${view.getUint8(2)}, and only 1 is known`);
  const header = view.getUint32(4, true);
  if (header < HEADER || header > bytes.length) return err('the length of its header is wrong');
  const part = (at: number): Uint8Array | undefined => {
    const begin = header + view.getUint32(at, true);
    const length = view.getUint32(at + 4, true);
    return begin + length <= bytes.length ? bytes.subarray(begin, begin + length) : undefined;
  };
  const [types, strings] = [part(8), part(16)];
  if (types === undefined || strings === undefined) return err('a part of it lies outside of it');
  if (strings.length === 0 || strings[0] !== 0 || strings.at(-1) !== 0) return err('its names do not begin and end with a zero');
  return ok({ types: new DataView(types.buffer, types.byteOffset, types.byteLength), strings });
}

/** Where each type is; the first, void, is nowhere. */
function indexTypes(types: DataView): Result<readonly number[], string> {
  const places = [-1];
  let at = 0;
  while (at < types.byteLength) {
    if (at + 12 > types.byteLength) return err(`type ${places.length} is cut off`);
    if (places.length > MOST_TYPES) return err('it has too many types');
    const more = behind(kindOf(types, at), countOf(types, at));
    if (more === undefined) return err(`type ${places.length} is of the unknown kind ${kindOf(types, at)}`);
    places.push(at);
    at += 12 + more;
  }
  return at === types.byteLength ? ok(places) : err(`type ${places.length - 1} is cut off`);
}

function kindOf(types: DataView, at: number): number {
  return (types.getUint32(at + 4, true) >>> 24) & 31;
}

function countOf(types: DataView, at: number): number {
  return types.getUint32(at + 4, true) & 0xffff;
}

/** How many bytes follow the 12 that all types have. */
function behind(kind: number, count: number): number | undefined {
  switch (kind) {
    case kinds.int:
    case kinds.variable:
    case kinds.declarationTag:
      return 4;
    case kinds.array:
      return 12;
    case kinds.struct:
    case kinds.union:
    case kinds.section:
    case kinds.enumeration64:
      return 12 * count;
    case kinds.enumeration:
    case kinds.prototype:
      return 8 * count;
    case kinds.pointer:
    case kinds.forward:
    case kinds.typedef:
    case kinds.volatile:
    case kinds.const:
    case kinds.restrict:
    case kinds.function:
    case kinds.float:
    case kinds.typeTag:
      return 0;
    default:
      return undefined;
  }
}

class Types implements KernelTypes {
  readonly #types: DataView;
  readonly #strings: Uint8Array;
  readonly #places: readonly number[];

  constructor(types: DataView, strings: Uint8Array, places: readonly number[]) {
    this.#types = types;
    this.#strings = strings;
    this.#places = places;
  }

  functionId(name: string): number | undefined {
    return this.#find(name, kinds.function);
  }

  member(structure: string, name: string): Member | undefined {
    const id = this.#find(structure, kinds.struct);
    return id === undefined ? undefined : this.#memberOf(id, encoder.encode(name), 0);
  }

  #find(name: string, kind: number): number | undefined {
    const wanted = encoder.encode(name);
    for (let id = 1; id < this.#places.length; id += 1) {
      const at = this.#places[id] ?? 0;
      if (kindOf(this.#types, at) === kind && this.#isNamed(this.#types.getUint32(at, true), wanted)) return id;
    }
    return undefined;
  }

  #isNamed(offset: number, name: Uint8Array): boolean {
    return (
      offset + name.length < this.#strings.length &&
      this.#strings[offset + name.length] === 0 &&
      name.every((byte, index) => this.#strings[offset + index] === byte)
    );
  }

  #memberOf(id: number, name: Uint8Array, depth: number): Member | undefined {
    const at = this.#places[id];
    if (at === undefined || at < 0 || depth > DEEPEST) return undefined;
    const kind = kindOf(this.#types, at);
    if (kind !== kinds.struct && kind !== kinds.union) return undefined;
    const hasBitFields = this.#types.getUint32(at + 4, true) >>> 31 === 1;
    for (let index = 0; index < countOf(this.#types, at); index += 1) {
      const place = at + 12 + 12 * index;
      const nameOffset = this.#types.getUint32(place, true);
      const type = this.#types.getUint32(place + 4, true);
      const written = this.#types.getUint32(place + 8, true);
      const bits = hasBitFields ? written & 0xffffff : written;
      const isPart = nameOffset === 0 || this.#strings[nameOffset] === 0;
      if (!isPart && !this.#isNamed(nameOffset, name)) continue;
      const whole = bits % 8 === 0 && (!hasBitFields || written >>> 24 === 0);
      const offset = bits / 8;
      if (isPart) {
        const found = whole ? this.#memberOf(type, name, depth + 1) : undefined;
        if (found !== undefined) return { offset: offset + found.offset, size: found.size };
      } else {
        const size = whole ? this.#sizeOf(type, 0) : undefined;
        return size === undefined ? undefined : { offset, size };
      }
    }
    return undefined;
  }

  #sizeOf(id: number, depth: number): number | undefined {
    const at = this.#places[id];
    if (at === undefined || at < 0 || depth > DEEPEST) return undefined;
    const sizeOrType = this.#types.getUint32(at + 8, true);
    switch (kindOf(this.#types, at)) {
      case kinds.pointer:
        return 8;
      case kinds.int:
      case kinds.enumeration:
        return sizeOrType;
      case kinds.typedef:
      case kinds.volatile:
      case kinds.const:
      case kinds.restrict:
      case kinds.typeTag:
        return this.#sizeOf(sizeOrType, depth + 1);
      default:
        return undefined;
    }
  }
}

const encoder = new TextEncoder();
