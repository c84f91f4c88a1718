export { escapeName, escapePath, hasLongName, unescapeName, unescapePath } from '../unit/escape.ts';
export { mangleUnitName } from '../unit/mangle.ts';
export { instantiate, isUnitName, parseUnitName, templateOf, unitTypes } from '../unit/name.ts';
