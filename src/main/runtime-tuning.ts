/**
 * How the JavaScript engine of the manager and the journal is set, by the environment that they start with.
 *
 * Both do little and often: the optimizing compilers would spend more processor time on code than the code then saves (half
 * of what 1,000 starts cost), and a heap that grows with the machine's memory would keep garbage that nobody needs.
 */
export const runtimeTuning: Readonly<Record<string, string>> = {
  BUN_JSC_useDFGJIT: '0',
  BUN_JSC_forceRAMSize: '50000000',
};
