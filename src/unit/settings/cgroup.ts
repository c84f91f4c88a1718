export interface CgroupSettings {
  /** Empty where it is not set: graph/default-dependencies.ts then chooses. */
  readonly Slice: string;
  readonly Delegate: boolean | readonly string[];
}
