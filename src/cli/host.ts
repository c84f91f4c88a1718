import { err, ok, type Result } from '../base/result.ts';

/** Another machine, as -H names it. */
export interface Host {
  readonly user: string | undefined;
  readonly name: string;
  readonly port: string | undefined;
}

const shape =
  /^(?:(?<user>[A-Za-z0-9_][A-Za-z0-9._-]*)@)?(?:\[(?<address>[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?)\]|(?<name>[A-Za-z0-9_][A-Za-z0-9._-]*))(?::(?<port>\d{1,5}))?(?<container>\/.*)?$/;

/** Reads `[user@]host[:port]`. Nothing else gets into the command line of ssh, least of all what looks like its options. */
export function readHost(word: string): Result<Host, string> {
  const { user, address, name, port, container } = shape.exec(word)?.groups ?? {};
  const host = address ?? name;
  if (host === undefined || Number(port ?? 1) < 1 || Number(port ?? 1) > 65535)
    return err(`Invalid host '${word}': it is to be [USER@]HOST[:PORT].`);
  if (container !== undefined)
    return err('tysd does not run containers: reach the one that is meant by ssh, and leave out what follows the host.');
  return ok({ user, name: host, port });
}

/** How ssh is called to run a command there; with a terminal where people are at both of its ends. */
export function sshArguments({ user, name, port }: Host, command: readonly string[], withTerminal: boolean): readonly string[] {
  const options = [
    '-x',
    withTerminal ? '-t' : '-T',
    ...(port === undefined ? [] : ['-p', port]),
    ...(user === undefined ? [] : ['-l', user]),
  ];
  return [...options, '--', name, command.map(quoteForPosix).join(' ')];
}

/** A word as any shell of POSIX takes it. */
function quoteForPosix(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
