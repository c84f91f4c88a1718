import { bytesToText } from '../../base/bytes.ts';
import { type JsonValue, readJsonText } from '../../base/json-text.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { FileTree } from '../invocation.ts';

/** Where the policy of the machine may be, the strongest first. */
const usual = ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib'].map((prefix) => `${prefix}/systemd/systemd-analyze-security.policy`);

/** The policy of --security-policy=, or else that of the machine, which says nothing where there is none. An error is what to print. */
export function securityPolicy(tree: FileTree, given: string | undefined): Result<JsonValue, string> {
  if (given !== undefined) {
    const read = readPolicyFile(tree, given);
    return read.ok ? read : err(`Failed to parse '${given}' at ${read.error.place}: ${read.error.reason}`);
  }
  const path = usual.find((each) => tree.follow(each).kind !== 'missing');
  if (path === undefined) return ok(null);
  const read = readPolicyFile(tree, path);
  return read.ok ? read : err(`[${path}:${read.error.place}] Failed to parse JSON policy: ${read.error.reason}`);
}

interface Unreadable {
  /** Line and column, as 2:1; 0:0 where it is no text at all. */
  readonly place: string;
  readonly reason: string;
}

function readPolicyFile(tree: FileTree, path: string): Result<JsonValue, Unreadable> {
  const bytes = tree.read(path);
  if (bytes === undefined) return err({ place: '0:0', reason: whyUnreadable(tree, path) });
  if (bytes.length === 0) return err({ place: '0:0', reason: 'No data available' });
  if (bytes.includes(0)) return err({ place: '0:0', reason: 'Bad message' });
  const read = readJsonText(bytesToText(bytes));
  return read.ok ? read : err({ place: `${read.error.line}:${read.error.column}`, reason: 'Invalid argument' });
}

/** Why a file is not to be read, as strerror(3) says it. */
export function whyUnreadable(tree: FileTree, path: string): string {
  const { kind } = tree.follow(path);
  return kind === 'missing' ? 'No such file or directory' : kind === 'directory' ? 'Is a directory' : 'Permission denied';
}
