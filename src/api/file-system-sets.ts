export { fileSystemSets } from '../unit/values/file-system-sets.ts';
