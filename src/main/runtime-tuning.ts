/**
 * How the JavaScript engine of the manager and the journal is set, by variables that the keeper starts them with; tysd's own environment counts more.
 *
 * Both do little and often. Used as they are, the optimizing compilers would spend more processor time on code than the code then saves (half of
 * what 1,000 starts cost). What the simplest one compiles stays in memory, so it must have run often; but what runs for each unit of a
 * large boot, or for each line of a service that talks much, is worth it. A heap that has once grown with garbage stays as large; collecting it more
 * often costs time. bench/README.md has the figures.
 */
const common: Readonly<Record<string, string>> = {
  BUN_JSC_thresholdForJITAfterWarmUp: '2000',
  BUN_JSC_thresholdForJITSoon: '500',
  // Helper threads cost more than they help with a heap of this size.
  BUN_JSC_numberOfGCMarkers: '1',
  BUN_JSC_useConcurrentGC: '0',
  // Bun has the whole heap collected each second besides, in ms: an idle manager of 10,000 units would spend 3 % of a processor on it.
  BUN_GC_TIMER_INTERVAL: '3600000',
};

/** The first of the optimizing compilers is for what runs on and on, as restarts and connections do; a boot of 1,000 units hardly comes so far. */
const optimizedLate: Readonly<Record<string, string>> = {
  BUN_JSC_useFTLJIT: '0',
  BUN_JSC_thresholdForOptimizeAfterWarmUp: '10000',
  BUN_JSC_thresholdForOptimizeAfterLongWarmUp: '10000',
  BUN_JSC_thresholdForOptimizeSoon: '10000',
};

/** A heap that has more than a part of this "memory" may only grow by a quarter between two collections, a smaller one may double; the first is after `large`. */
const heap = (memory: number, large: number): Readonly<Record<string, string>> => ({
  BUN_JSC_forceRAMSize: String(memory),
  BUN_JSC_largeHeapSize: String(large),
});

/** The variables of each of the two. */
export const runtimeTuning = {
  // To load the program takes 6 MB; a manager that comes back has its first answers to give before it looks for garbage.
  manager: { ...common, ...optimizedLate, ...heap(24_000_000, 7_000_000) },
  // What lives in the journal's heap for long is small.
  journal: { ...common, BUN_JSC_useDFGJIT: '0', ...heap(12_000_000, 2_000_000) },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;
