import { type Result, err, ok } from '../base/result.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { standardOutputs } from '../unit/standard-outputs.ts';
import type { InputSource, OutputTarget } from '../unit/values/types.ts';
import type { Op } from './op.ts';
import type { ExecError } from './plan.ts';
import type { ExecContext, ExecRequest } from './request.ts';
import { streamMeta } from './stream-meta.ts';
import { terminalName, terminalOp } from './terminal.ts';

/** Standard input, output and error of a process. */
export interface StandardStreams {
  readonly ops: readonly Op[];
  /** The slot of the stream that goes to the journal, where there is one; that of standard error rather than output. */
  readonly journalSlot: number | undefined;
  /** The service's socket is one of the streams, so it is not passed as a descriptor. */
  readonly usesSocket: boolean;
}

/** Flags of open(2) on Linux. */
export const openFlags = { read: 0, write: 1, readWrite: 2, create: 0o100, noTerminal: 0o400, truncate: 0o1000, append: 0o2000 } as const;

/** Connects StandardInput=, StandardOutput= and StandardError= (systemd.exec(5)), each in the slot of its number. */
export function standardStreams(request: ExecRequest, exec: ExecSettings, context: ExecContext): Result<StandardStreams, ExecError> {
  if (request.streams !== undefined) return ok({ ops: request.streams.flatMap(given), journalSlot: undefined, usesSocket: false });
  if (exec.OwnStreams === 'inherit') return ok({ ops: [], journalSlot: undefined, usesSocket: false });
  const usual = usualStreams(request, exec, context);
  if (usual !== undefined)
    return ok({ ...usual, ops: usual.ops.map((op) => (op.op === 'output' ? ofProcess(op, request, exec, context) : op)) });
  return connect(request, exec, context, wishes(request, exec, context));
}

function connect(request: ExecRequest, exec: ExecSettings, context: ExecContext, wish: Wishes): Result<StandardStreams, ExecError> {
  const held = findHeld(request, wish);
  if (!held.ok) return held;
  const state: Streams = { request, exec, context, wish, ...held.value };
  const input = inputStream(state);
  const output = outputStream(state);
  const error = errorStream(state, output);
  const journal = error.journal ? error : output.journal ? output : undefined;
  return ok({
    ops: [...input.ops, ...output.ops, ...error.ops],
    journalSlot: journal?.slot,
    usesSocket: held.value.socket !== undefined,
  });
}

/**
 * The streams of a service with these settings, made for one process of it: those of others differ in what the journal is told, if what is
 * set names nothing that is held for a process, and no terminal.
 */
function usualStreams(request: ExecRequest, exec: ExecSettings, context: ExecContext): StandardStreams | undefined {
  const { standing } = context;
  if (standing === undefined || request.config.type !== 'service') return undefined;
  const known = usual.get(exec);
  if (known?.standing === standing) return known.streams;
  const wish = wishes(request, exec, context);
  const isUsual = [exec.StandardInput, wish.input, wish.output, wish.error].every(({ kind }) => usualKinds.has(kind));
  const made = isUsual ? connect(request, exec, context, wish) : undefined;
  const streams = made?.ok === true ? made.value : undefined;
  usual.set(exec, { standing, streams });
  return streams;
}

const usual = new WeakMap<ExecSettings, { readonly standing: object; readonly streams: StandardStreams | undefined }>();
const usualKinds: ReadonlySet<string> = new Set(['null', 'data', 'file', 'append', 'truncate', 'journal', 'inherit']);

function ofProcess(op: Extract<Op, { readonly op: 'output' }>, request: ExecRequest, exec: ExecSettings, context: ExecContext): Op {
  return { ...op, stream: context.stream, meta: streamMeta(request, exec, op.slot === 2 ? 'stderr' : 'stdout', 'journal') };
}

/** What is wanted, after defaults and after what cannot be had for this command. */
interface Wishes {
  readonly input: InputSource;
  readonly output: OutputTarget;
  readonly error: OutputTarget;
  /** The input would be the terminal, but for this command it is not. */
  readonly terminalWithheld: boolean;
}

interface Streams {
  readonly request: ExecRequest;
  readonly exec: ExecSettings;
  readonly context: ExecContext;
  readonly wish: Wishes;
  readonly socket: string | undefined;
  /** Names under which the keeper holds what fd: means for each of the three. */
  readonly named: readonly (string | undefined)[];
}

/** How one stream came to be; the slot is undefined where the number is left as the manager has it. */
interface Stream {
  readonly slot: number | undefined;
  readonly journal: boolean;
  readonly ops: readonly Op[];
}

const fromNull = { kind: 'null' } as const;
const inherit = { kind: 'inherit' } as const;

const terminalInputs: ReadonlySet<string> = new Set(['tty', 'tty-force', 'tty-fail']);
/** Commands that get a terminal as their input; those that run beside the main process or after it do not. */
const terminalLists: ReadonlySet<ExecRequest['list']> = new Set(['ExecCondition', 'ExecStartPre', 'ExecStart']);
const journalKinds: ReadonlySet<string> = new Set(['journal', 'journal+console', 'kmsg', 'kmsg+console']);

function wishes(request: ExecRequest, exec: ExecSettings, context: ExecContext): Wishes {
  const hasData = exec.StandardInputData !== undefined && exec.StandardInputData.length > 0;
  const set = exec.StandardInput.kind === 'null' && hasData ? ({ kind: 'data' } as const) : exec.StandardInput;
  const { output, error } = standardOutputs(request.config.type, exec, set.kind, context);
  const terminalWithheld = terminalInputs.has(set.kind) && !terminalLists.has(request.list);
  return {
    input: terminalWithheld || (set.kind === 'data' && !hasData) || isWithheld(request, set, 0) ? fromNull : set,
    output: isWithheld(request, output, 1) ? inherit : output,
    error: isWithheld(request, error, 2) ? inherit : error,
    terminalWithheld,
  };
}

/** A control process goes without the descriptors that only the main process has. */
function isWithheld({ main, socket, descriptors }: ExecRequest, stream: InputSource | OutputTarget, number: 0 | 1 | 2): boolean {
  if (main) return false;
  if (stream.kind === 'socket') return socket === undefined && descriptors.length === 0;
  return stream.kind === 'fd' && !descriptors.some(({ name }) => name === (stream.name ?? standardNames[number]));
}

/** It is a descriptor that the keeper holds. */
function isHeld({ kind }: InputSource | OutputTarget): boolean {
  return kind === 'fd' || kind === 'socket';
}

const noneHeld = ok({ socket: undefined, named: [] });

/** Finds the held descriptors that the streams name. */
function findHeld({ socket, descriptors }: ExecRequest, wish: Wishes): Result<Pick<Streams, 'socket' | 'named'>, ExecError> {
  if (!isHeld(wish.input) && !isHeld(wish.output) && !isHeld(wish.error)) return noneHeld;
  const named: (string | undefined)[] = [];
  for (const [number, stream] of [wish.input, wish.output, wish.error].entries()) {
    if (stream.kind !== 'fd') continue;
    const name = stream.name ?? standardNames[number];
    const found = descriptors.find((descriptor) => descriptor.name === name);
    if (found === undefined)
      return err({ message: `Failed to load the file descriptor named ${name}: no socket or stored descriptor has this name` });
    named[number] = found.held;
  }
  if (wish.input.kind !== 'socket' && wish.output.kind !== 'socket' && wish.error.kind !== 'socket')
    return ok({ socket: undefined, named });
  const sockets = descriptors.filter(({ stored }) => stored !== true);
  if (socket === undefined && sockets.length > 1)
    return err({ message: 'Got more than one socket, but standard input or output can be only one' });
  const found = socket ?? sockets[0]?.held;
  return found === undefined ? err({ message: 'Got no socket for standard input or output' }) : ok({ socket: found, named });
}

const standardNames = ['stdin', 'stdout', 'stderr'] as const;

/** Exit status of a child whose standard input, output or error fails. */
const exits = [208, 209, 222] as const;

function given(held: string, number: number): readonly Op[] {
  return [
    { op: 'take', slot: number, name: held, exit: exits[number] ?? exits[0] },
    { op: 'dup', slot: number, number, exit: exits[number] ?? exits[0] },
  ];
}

function inputStream(state: Streams): Stream {
  const { wish, exec } = state;
  const input = wish.input;
  switch (input.kind) {
    case 'null':
      return nullInput;
    case 'data':
      return placed(0, { op: 'data', slot: 0, bytes: exec.StandardInputData ?? new Uint8Array() });
    case 'file': {
      const both = sharesFile(wish.output, input) || sharesFile(wish.error, input);
      return placed(0, ...openFile(state, 0, input.path, both ? openFlags.readWrite | openFlags.create : openFlags.read));
    }
    case 'fd':
      return placed(0, ...takeHeld(0, state.named[0] ?? ''));
    case 'socket':
      return placed(0, ...takeHeld(0, state.socket ?? ''));
    default:
      return placed(0, terminalOp(exec, input.kind, 0));
  }
}

function outputStream(state: Streams): Stream {
  const { input, output } = state.wish;
  if (output.kind === 'inherit') return inheritedOutput(state);
  if (output.kind === 'tty' && terminalInputs.has(input.kind)) return alias(1, 0);
  if (sharesFile(output, input)) return alias(1, 0);
  return target(state, 1, output);
}

/** Standard output follows standard input where that can be written to. */
function inheritedOutput(state: Streams): Stream {
  const { input, terminalWithheld } = state.wish;
  if (terminalWithheld) return openTerminal(state, 1);
  if (input.kind !== 'null' && input.kind !== 'data') return alias(1, 0);
  // A user's services share the manager's own output, as they share its session.
  return state.context.scope === 'user' ? asManager : nullOutput;
}

function errorStream(state: Streams, output: Stream): Stream {
  const { wish } = state;
  if (wish.error.kind === 'inherit' || isSame(wish.error, wish.output)) {
    return output.slot === undefined ? asManager : alias(2, output.slot, output.journal);
  }
  if (wish.error.kind === 'tty' && terminalInputs.has(wish.input.kind)) return alias(2, 0);
  if (sharesFile(wish.error, wish.input)) return alias(2, 0);
  return target(state, 2, wish.error);
}

function target(state: Streams, number: 1 | 2, to: OutputTarget): Stream {
  switch (to.kind) {
    case 'null':
      return number === 1 ? nullOutput : nullError;
    case 'tty':
      return openTerminal(state, number);
    case 'file':
    case 'append':
    case 'truncate':
      return placed(number, ...openFile(state, number, to.path, openFlags.write | openFlags.create | fileFlags[to.kind]));
    case 'fd':
      return placed(number, ...takeHeld(number, state.named[number] ?? ''));
    case 'socket':
      return placed(number, ...takeHeld(number, state.socket ?? ''));
    case 'inherit':
      return alias(number, number - 1);
    default:
      return {
        slot: number,
        journal: true,
        ops: [
          {
            op: 'output',
            slot: number,
            stream: state.context.stream,
            meta: streamMeta(state.request, state.exec, standardNames[number], to.kind),
            exit: exits[number],
          },
          { op: 'dup', slot: number, number, exit: exits[number] },
        ],
      };
  }
}

const fileFlags = { file: 0, append: openFlags.append, truncate: openFlags.truncate } as const;

/** The ops put something into the slot of the number, from where it goes to the number. */
function placed(number: 0 | 1 | 2, ...ops: readonly Op[]): Stream {
  const exit = exits[number];
  return { slot: number, journal: false, ops: [...ops.map((op) => ({ ...op, exit })), { op: 'dup', slot: number, number, exit }] };
}

function alias(number: 1 | 2, slot: number, journal = false): Stream {
  return { slot, journal, ops: [{ op: 'dup', slot, number, exit: exits[number] }] };
}

const asManager: Stream = { slot: undefined, journal: false, ops: [] };

function openNull(number: 0 | 1 | 2, flags: number): Stream {
  return placed(number, { op: 'open', slot: number, path: '/dev/null', flags: flags | openFlags.noTerminal, mode: 0 });
}

const nullInput = openNull(0, openFlags.read);
const nullOutput = openNull(1, openFlags.write);
const nullError = openNull(2, openFlags.write);

function openTerminal({ exec }: Streams, number: 1 | 2): Stream {
  return placed(number, { op: 'open', slot: number, path: terminalName(exec), flags: openFlags.write | openFlags.noTerminal, mode: 0 });
}

/** Opens a file with the mode that UMask= leaves; a user manager without UMask= leaves that to the umask that it was started with. */
function openFile({ exec, context }: Streams, slot: number, path: string, flags: number): readonly Op[] {
  const open: Op = { op: 'open', slot, path, flags: flags | openFlags.noTerminal, mode: 0o666 };
  if ((flags & openFlags.create) === 0) return [{ ...open, mode: 0 }];
  if (exec.UMask === undefined && context.scope === 'user') return [open];
  // The child's umask is set later, for directories above are made without it.
  return [
    { op: 'umask', mask: 0 },
    { ...open, mode: 0o666 & ~(exec.UMask ?? 0o022) },
  ];
}

/** Programs that read and write a stream expect it to block, whatever the manager did with it. */
function takeHeld(slot: number, name: string): readonly Op[] {
  return [
    { op: 'take', slot, name },
    { op: 'nonblock', slot, on: 0 },
  ];
}

/** A file that is both read and written is opened once. */
function sharesFile(output: OutputTarget, input: InputSource): boolean {
  return output.kind === 'file' && input.kind === 'file' && output.path === input.path;
}

/** Standard error goes to the very place where standard output goes. */
function isSame(error: OutputTarget, output: OutputTarget): boolean {
  if (journalKinds.has(error.kind)) return journalKinds.has(output.kind);
  if (error.kind !== output.kind) return false;
  if (error.kind === 'fd') return output.kind === 'fd' && (error.name ?? 'stderr') === (output.name ?? 'stdout');
  if ('path' in error) return 'path' in output && error.path === output.path;
  return true;
}
