export { explain, type Explanation } from '../unit/settings/explain.ts';
