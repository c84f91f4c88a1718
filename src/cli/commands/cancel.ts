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
    const wrong = wrongNumber(word);
    if (wrong !== undefined) {
      terminal.fail(`Failed to parse job id "${word}": ${wrong}`);
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

/** Why the word is no number of a job, which has 32 bits. */
function wrongNumber(word: string): string | undefined {
  if (!/^-?\d+$/.test(word)) return 'Invalid argument';
  return Number(word) < 0 || Number(word) > 0xffff_ffff ? 'Numerical result out of range' : undefined;
}
