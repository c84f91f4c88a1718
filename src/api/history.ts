export type { Kind } from '../graph/dependency.ts';
export type { HistoryEntry, StateEntry } from '../graph/history.ts';
export { isHistoryEntry, managerStarted } from '../graph/history.ts';
