export { explain, type Explained, type Explanation } from '../unit/settings/explain.ts';
