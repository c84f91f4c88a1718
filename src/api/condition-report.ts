export type { ConditionReport } from '../graph/condition-report.ts';
