export { explain, explainedNames, type Explanation } from '../unit/settings/explain.ts';
