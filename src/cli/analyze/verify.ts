import { resolve } from 'node:path';
import { printVerifications } from '../commands/verify.ts';
import { readNames } from '../names.ts';
import type { AnalyzeCall } from './call.ts';

/** `verify FILE…`: other than tysctl's it asks no manager. */
export async function analyzeVerify({ words, options, services, terminal }: AnalyzeCall): Promise<number> {
  const targets = words.map((word) => (word.includes('/') ? resolve(word) : readNames({ terminal }, [word])?.names[0]));
  if (!targets.every((target) => target !== undefined)) return 1;
  const unitFiles = await services.localUnitFiles({ scope: options.scope, root: options.root ?? '' });
  return printVerifications(terminal, unitFiles.verify(targets));
}
