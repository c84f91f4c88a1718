export type { HistoryEntry, StateEntry } from '../graph/history.ts';
export { isHistoryEntry } from '../graph/history.ts';
