import { writeSync } from 'node:fs';

/**
 * Ends a process of ours by the first error that nobody caught: the next one begins from what is known to be right, and the keeper's console has
 * the reason. (Left to itself the runtime goes on where a module still waits for something.)
 */
export function dieOfErrors(name: string): void {
  const die = (error: unknown): never => {
    try {
      writeSync(2, `${name}: ${error instanceof Error ? (error.stack ?? String(error)) : String(error)}\n`);
    } catch {
      // There is nobody to tell.
    }
    return process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
}
