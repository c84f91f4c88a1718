// The one executable: what it is depends on the name that it is called by, and in its own processes on `--process=`.
import { basename } from 'node:path';

const [first, ...rest] = process.argv.slice(2);
const named = first?.startsWith('--as=') ? first.slice('--as='.length) : undefined;
const name = named ?? basename(process.argv0);
const argv = named === undefined ? process.argv.slice(2) : rest;
// How to run this program again: the compiled executable is its own runtime.
const compiled = import.meta.filename.startsWith('/$bunfs/');
const self = compiled ? [process.execPath] : [process.execPath, ...process.execArgv, import.meta.filename, '--as=tysd'];

const processName = name === 'tysd' && argv[0]?.startsWith('--process=') ? argv[0].slice('--process='.length) : undefined;
if (processName !== undefined) (await import('./die-of-errors.ts')).dieOfErrors(`tysd-${processName}`);
if (processName === 'manager') await (await import('./manager.ts')).runManager();
else if (processName === 'journal') await (await import('./journal.ts')).runJournal(argv.slice(1), self);
// Under the name init a process that is not the init process speaks to it, as in System V.
else if (name === 'tysd' || (name === 'init' && process.pid === 1))
  process.exitCode = await (await import('./tysd.ts')).runTysd(argv, self);
// It has its own options, and loads none of the other tools.
else if (name === 'journalctl') process.exitCode = await (await import('./logs.ts')).runJournalctl(argv);
else process.exitCode = await (await import('./tysctl.ts')).runTysctl(name, argv, self);
