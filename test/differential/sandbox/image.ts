import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Program } from '../run/both.ts';

const make = 'mke2fs';

/** Why no image can be mounted in a container of this machine. */
export function whyNoLoops(): string | false {
  if (!existsSync('/dev/loop-control')) return 'needs loop devices';
  try {
    execFileSync(make, ['-V'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'needs mke2fs (apt-get install e2fsprogs)';
  }
}

/** A file system with these files in a file; one whose text begins with an arrow is a link, and of a function the program that it gives. */
export function imageOf(files: Readonly<Record<string, string | (() => Program)>>): () => Program {
  return () => {
    const directory = mkdtempSync(join(tmpdir(), 'tysd-extension-'));
    for (const [name, text] of Object.entries(files)) {
      const path = join(directory, 'content', name);
      mkdirSync(dirname(path), { recursive: true });
      if (typeof text !== 'string') {
        using program = text();
        copyFileSync(program.path, path);
      } else if (text.startsWith('→')) symlinkSync(text.slice(1), path);
      else writeFileSync(path, text);
    }
    const path = join(directory, 'image');
    execFileSync(make, ['-q', '-t', 'ext4', '-d', join(directory, 'content'), path, '4M'], { stdio: 'ignore' });
    return { path, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
  };
}

/** The kernel gives out numbers of loop devices for the whole machine, and there is nobody in the container who makes the nodes. */
export const loopDevices = `exec 9>/run/loops.lock; flock 9
  for n in $(seq 0 63); do [ -e /dev/loop$n ] || mknod -m 660 /dev/loop$n b 7 $n; done
  [ -e /dev/loop-control ] || mknod -m 660 /dev/loop-control c 10 237; flock -u 9`;
