import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Another user than those who run services here. */
export const attackerUid = 65_534;

/** A directory of an attacker, in which `sub` and a symlink to what is root's, `trap`, can be exchanged. */
export interface Area extends Disposable {
  readonly path: string;
  /** All that is root's there: owners, modes, times and content. */
  victim(): unknown;
  /** The same without the times of directories, in which something may have come and gone. */
  victimContent(): unknown;
  /** Puts the symlink into the place of `sub`, or that back. */
  exchange(): void;
  /** Does so without end, as the attacker, as long as `during` runs; gives how often. */
  exchangeDuring(during: () => Promise<void>): Promise<number>;
}

/** The victim has a directory and files with names that plans are led to: `leaf/precious`, and these. */
export function makeArea(names: readonly string[], above = tmpdir()): Area {
  const hidden = mkdtempSync(join(tmpdir(), 'tysd-victim-'));
  const path = mkdtempSync(join(above, 'tysd-area-'));
  const victim = join(hidden, 'victim');
  mkdirSync(join(victim, 'leaf'), { recursive: true });
  writeFileSync(join(victim, 'leaf/precious'), 'precious', { mode: 0o600 });
  for (const name of names) writeFileSync(join(victim, name), name, { mode: 0o600 });
  execFileSync('chmod', ['755', hidden, path]);
  const program = join(hidden, 'exchange');
  execFileSync('cc', ['-O1', '-o', program, join(import.meta.dirname, 'exchange.c')]);
  mkdirSync(join(path, 'sub'));
  symlinkSync(victim, join(path, 'trap'));
  for (const each of [path, join(path, 'sub')]) chownSync(each, attackerUid, attackerUid);
  let running: ChildProcess | undefined;
  // A test that timed out never comes to its end.
  process.on('exit', dispose);
  return {
    path,
    victim: () => factsOf(victim, true),
    victimContent: () => factsOf(victim, false),
    exchange: () => {
      execFileSync('sh', ['-c', 'mv sub aside && mv trap sub && mv aside trap'], { cwd: path, uid: attackerUid });
    },
    exchangeDuring: async (during) => {
      const child = spawn(program, [String(attackerUid), join(path, 'sub'), join(path, 'trap')], { stdio: ['pipe', 'pipe', 'inherit'] });
      running = child;
      const ended = once(child, 'close');
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
      await once(child.stdout, 'data');
      try {
        await during();
      } finally {
        child.stdin.end();
        await ended;
      }
      return Number(said.split('\n')[1]);
    },
    [Symbol.dispose]: dispose,
  };

  function dispose(): void {
    running?.kill('SIGKILL');
    for (const each of [path, hidden]) rmSync(each, { recursive: true, force: true });
    process.off('exit', dispose);
  }
}

/** What `stat` says of a path and of all below it; a change of any of that also changes its ctime. */
function factsOf(path: string, times: boolean): unknown {
  const info = lstatSync(path, { bigint: true });
  const { ctimeNs } = info;
  const own = [info.uid, info.gid, info.mode, info.nlink].map(String);
  if (info.isSymbolicLink()) return [...own, readlinkSync(path)];
  if (!info.isDirectory()) return [...own, info.isFile() ? readFileSync(path, 'utf8') : '', String(ctimeNs)];
  const below = readdirSync(path).toSorted();
  return [...own, times ? String(ctimeNs) : '', Object.fromEntries(below.map((name) => [name, factsOf(join(path, name), times)]))];
}
