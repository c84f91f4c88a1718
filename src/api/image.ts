export { partitionNames } from '../unit/values/image.ts';
