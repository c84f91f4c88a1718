import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taken } from '../../../test/corpus/value-context.ts';
import { bpfAttachments, bpfCommands, bpfMaps, bpfPrograms } from './bpf-names.ts';

test('rights on eBPF are bits by the kernel’s numbers, and a list with an unknown name is none', () => {
  assert.deepEqual(
    [
      taken(bpfCommands, 'BPFMapCreate,BPFTokenCreate BPFProgStreamReadByFd'),
      taken(bpfMaps, 'BPFMapTypeArray,BPFMapTypeArena'),
      taken(bpfPrograms, 'BPFProgTypeXdp, BPFProgTypeNetfilter'),
      taken(bpfAttachments, 'BPFCgroupInet4Bind,BPFXdp,BPFTraceUprobeSession'),
      taken(bpfCommands, 'any'),
      taken(bpfCommands, ''),
    ],
    [
      (1n << 0n) | (1n << 36n) | (1n << 37n),
      (1n << 2n) | (1n << 33n),
      (1n << 6n) | (1n << 32n),
      (1n << 8n) | (1n << 37n) | (1n << 57n),
      0xffff_ffff_ffff_ffffn,
      0n,
    ],
  );
  assert.throws(() => taken(bpfCommands, 'BPFMapCreate,BPFNothing'), /such as BPFProgLoad/);
});
