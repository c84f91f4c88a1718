// What journald.conf says of a socket that entries go to, in a boot where a unit listens at it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { boot } from './container.ts';
import { systemdImage, whyNoImage } from './image.ts';
import { buildTysd } from './dist.ts';

const early = '[Unit]\nDefaultDependencies=no\n';

describe('ForwardToSocket=', { skip: whyNoImage() ?? false }, () => {
  test('sends entries of all that the journal takes in, down to MaxLevelSocket=', { timeout: 300_000 }, () => {
    buildTysd();
    const { output, errors } = boot({
      manager: 'tysd',
      rootfs: systemdImage(),
      target: 'nothing.target',
      units: {
        'nothing.target': early,
        'sink.socket': `${early}[Socket]\nListenStream=/run/sink\nAccept=yes\n`,
        'sink@.service': `${early}[Service]\nStandardInput=socket\nStandardOutput=file:/run/heard\nExecStart=cat\n`,
        'says.service': `${early}[Service]\nType=oneshot\nExecStart=sh -c 'echo "<6>loud"; echo "<7>chatter"; echo "<5>last"'\n`,
      },
      setup: 'mkdir -p etc/systemd; printf "[Journal]\\nForwardToSocket=/run/sink\\nMaxLevelSocket=info\\n" >etc/systemd/journald.conf',
      script: `PATH=/opt/tysd:$PATH
        systemctl start sink.socket; systemctl start says
        for _ in $(seq 600); do grep -qs ^MESSAGE=last /run/heard && break; sleep 0.05; done
        awk 'BEGIN { RS = ""; FS = "\\n" } /_SYSTEMD_UNIT=says.service/' /run/heard | grep -aE '^(MESSAGE|PRIORITY|_SYSTEMD_UNIT|_TRANSPORT)='
        grep -c '^UNIT=says.service' /run/heard | grep -v '^0$' >/dev/null && echo and what the manager says`,
    });
    assert.equal(
      output,
      `${['loud', 'last']
        .map((word, index) => `_SYSTEMD_UNIT=says.service\n_TRANSPORT=stdout\nPRIORITY=${6 - index}\nMESSAGE=${word}\n`)
        .join('')}and what the manager says\n`,
      errors,
    );
  });
});
