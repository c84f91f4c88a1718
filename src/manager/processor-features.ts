/** The names of ConditionCPUFeature= and the flags of /proc/cpuinfo that tell of them, where these have other names (systemd.unit(5)). */
const flags: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    `fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 ht pni monitor ssse3 cx16 sse4_1 sse4_2
    movbe popcnt aes xsave avx f16c rdrand bmi1 avx2 bmi2 rdseed adx sha_ni syscall rdtscp lm lahf_lm abm constant_tsc`
      .split(/\s+/)
      .map((name) => [name, name]),
  ),
  pclmul: 'pclmulqdq',
  fma3: 'fma',
  // The kernel shows xsave only where it has switched it on.
  osxsave: 'xsave',
};

/** Whether a processor with these flags has the feature; there are names for those of x86 only. */
export function hasFeature(name: string, processorFlags: readonly string[]): boolean {
  const flag = flags[name.toLowerCase()];
  return flag !== undefined && processorFlags.includes(flag);
}
