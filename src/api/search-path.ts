export { globalSearchPath, unitSearchPath } from '../unit/search-path.ts';
