import type { ExecSettings } from '../unit/settings/exec.ts';
import type { Identity } from './identity.ts';
import type { Op } from './op.ts';
import type { ExecRequest } from './request.ts';
import { streamHeader } from './stream-meta.ts';

/** The ops of standard streams, of which those to our journal go to that of the machine if it listens; if not, to ours as ever. */
export function handOver(streams: readonly Op[], request: ExecRequest, exec: ExecSettings, identity: Identity): readonly Op[] {
  const path = `/run/systemd/journal${exec.LogNamespace === '' ? '' : `.${exec.LogNamespace}`}/stdout`;
  return streams.flatMap((op): readonly Op[] => {
    if (op.op !== 'output') return [op];
    const target = op.slot === 2 ? (exec.StandardError ?? exec.StandardOutput) : exec.StandardOutput;
    const header = streamHeader(request, exec, target?.kind ?? 'journal');
    const { uid = nobody, gid = nobody } = identity;
    return [op, { op: 'journal', slot: op.slot, path, header, uid, gid, tolerate: true }];
  });
}

/** As whoever runs us. */
const nobody = 0xffff_ffff;
