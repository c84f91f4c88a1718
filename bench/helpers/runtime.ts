// What the floor of a manager starts twice: the runtime, with nothing to do.
process.exitCode = 0;
