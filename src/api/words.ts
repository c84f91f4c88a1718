// Lists of words that a client shows and checks; apart from the schemas, which are slow to load.
export { unitFileStates } from '../unit/install/unit-file.ts';
export { jobModes, type JobMode } from '../unit/values/types.ts';
export { logLevels } from '../unit/values/syslog.ts';
export { kinds } from '../graph/dependency.ts';
