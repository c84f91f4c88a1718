/** One condition or assert that was looked at. */
export interface CheckedCondition {
  /** As its file has it, such as `ConditionPathExists=!/etc`. */
  readonly text: string;
  /** Undefined where its argument cannot be judged, which counts as not holding. */
  readonly holds: boolean | undefined;
}

/** What became of all conditions, or of all asserts. */
export interface CheckedConditions {
  readonly hold: boolean;
  /** Those that were looked at until the outcome was clear, in that order. */
  readonly checked: readonly CheckedCondition[];
}

/** The conditions and asserts of a unit by what holds on this machine now. */
export interface ConditionReport {
  readonly unit: string;
  readonly asserts: CheckedConditions;
  readonly conditions: CheckedConditions;
  /** What is wrong with the lines themselves. */
  readonly warnings: readonly string[];
}
