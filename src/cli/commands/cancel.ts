import type { Invocation } from '../invocation.ts';

/** `cancel`: the jobs of these numbers, or all. */
export async function runCancel({ connect, words, terminal }: Invocation): Promise<number> {
  const client = await connect();
  if (!client.ok) {
    terminal.fail(client.error);
    return 1;
  }
  const all = words.length === 0 ? await client.value.call('jobs.list', {}) : undefined;
  const wanted = all === undefined ? words : all.ok ? all.value.map((job) => String(job.id)) : [];
  let status = 0;
  for (const word of wanted) {
    if (!/^\d{1,10}$/.test(word)) {
      terminal.fail(`Failed to parse job id "${word}": Invalid argument`);
      return 1;
    }
    const cancelled = await client.value.call('job.cancel', { job: Number(word) });
    // With all, one that ended in the meantime is as good as cancelled.
    if (cancelled.ok || all !== undefined) continue;
    terminal.fail(`Failed to cancel job ${word}: ${cancelled.error.message}`);
    status = 1;
  }
  return status;
}
