import assert from 'node:assert/strict';

import * as fc from 'fast-check';

import { checkOrder } from '../../src/exec/order.ts';
import { compile } from '../../src/exec/plan.ts';
import { FrameWriter, encodeBatch } from '../../src/port/wire.ts';
import type { UnitConfig, UnitTypeName } from '../../src/unit/config.ts';
import { loadUnit } from '../../src/unit/load.ts';
import { directivesOf, ownSections } from '../../src/unit/settings/parts.ts';
import { UnitDirectory } from '../../src/unit/unit-directory.ts';
import { mainRequest, rootContext, userContext } from '../exec/example.ts';
import { facts } from '../unit/facts.ts';
import { type Node, Tree } from '../unit/tree.ts';
import { target } from './target.ts';
import { bytesOf, hostileText, mutated } from './text.ts';

const system = '/etc/systemd/system';

/** Units of the usual kinds, to be spoiled. */
const examples: readonly string[] = [
  `[Unit]
Description=A web server of %H
After=network.target a.socket
Wants=a.socket
ConditionPathExists=|/etc/a.conf
StartLimitIntervalSec=10s

[Service]
Type=notify
User=nobody
Environment="A=1 2" B=$A 'C=\\x41'
EnvironmentFile=-/etc/default/a
ExecStartPre=-/bin/sh -c "echo \${A} $B; exit 1"
ExecStart=@/usr/bin/a a --port %i \\
  # a remark within
  --name "x y" ; /bin/false
ExecReload=!/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=1min 5s
LimitNOFILE=1024:4096
SystemCallFilter=~@mount setns:EPERM
CapabilityBoundingSet=~CAP_SYS_ADMIN
RuntimeDirectory=a a/b:c
StandardOutput=append:/var/log/a.log
SuccessExitStatus=1 SIGUSR1 DATAERR
MemoryMax=10%
IPAddressDeny=10.0.0.0/8 any
DeviceAllow=/dev/null rwm
TemporaryFileSystem=/var:ro,mode=0755
LoadCredential=x:/etc/x

[Install]
WantedBy=multi-user.target
Alias=b.service
`,
  '[Socket]\nListenStream=[::1]:80\nListenDatagram=@x\nListenFIFO=/run/%p\nSocketMode=0600\nAccept=yes\nMaxConnections=64\n',
  '[Timer]\nOnCalendar=Mon..Fri *-1..12-01/7 08:00,30:00 Europe/Berlin\nOnBootSec=1h 3min\nRandomizedDelaySec=5s\nPersistent=yes\nUnit=a.service\n',
  '[Path]\nPathExistsGlob=/var/spool/*/[a-z]?\nPathChanged=/etc/%n\nMakeDirectory=yes\n',
  '[Mount]\nWhat=/dev/disk/by-label/x\\x20y\nWhere=/a\nType=ext4\nOptions=rw,x-systemd.device-timeout=5\n',
  '[Slice]\nCPUWeight=idle\nMemoryHigh=1G\nIODeviceWeight=/dev/sda 500\n',
];

const types = Object.keys(ownSections).filter((type): type is UnitTypeName => type !== 'device');

/** A line that a unit of the type may hold, with a value that it may not. */
function line(type: UnitTypeName): fc.Arbitrary<string> {
  const sections = ['Unit', 'Install', ownSections[type].section];
  const keys = sections.flatMap((section) =>
    [...(directivesOf(type, section)?.keys() ?? [])].map((key): [string, string] => [section, key]),
  );
  return fc
    .tuple(fc.constantFrom(...keys), fc.array(hostileText, { minLength: 1, maxLength: 3 }), fc.constantFrom(' ', ':', ',', '', '\\\n'))
    .map(([[section, key], values, between]) => `[${section}]\n${key}=${values.join(between)}\n`);
}

const input = fc.constantFrom(...types).chain((type) =>
  fc.record({
    name: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(`a.${type}`, `a@b-c\\x2d.${type}`, `-a-b.${type}`) },
      { weight: 1, arbitrary: hostileText },
    ),
    text: fc.oneof(
      { weight: 3, arbitrary: fc.array(line(type), { maxLength: 8 }).map((lines) => lines.join('')) },
      { weight: 2, arbitrary: mutated(examples) },
      { weight: 1, arbitrary: hostileText },
    ),
    dropIn: fc.option(fc.oneof(line(type), hostileText), { nil: undefined }),
    link: fc.option(hostileText, { nil: undefined }),
  }),
);

/** No unit takes longer to read than this, or its time grows faster than its length. */
const patienceMs = 5000;

function load({
  name,
  text,
  dropIn,
  link,
}: {
  name: string;
  text: string;
  dropIn?: string | undefined;
  link?: string | undefined;
}): UnitConfig {
  const file = name.includes('/') || name === '' ? 'a.service' : name;
  const nodes: Record<string, Node> = { [`${system}/${file}`]: bytesOf(text) };
  if (file.includes('@')) nodes[`${system}/${file.replace(/@.*\./, '@.')}`] = bytesOf(text);
  if (dropIn !== undefined) nodes[`${system}/${file}.d/x.conf`] = bytesOf(dropIn);
  if (link !== undefined) {
    nodes[`${system}/${file}.wants/${link.replaceAll('/', '')}`] = { link };
    nodes[`${system}/b.service`] = { link };
  }
  return loadUnit(name, { directory: new UnitDirectory(new Tree(nodes), [system]), facts, notices: true });
}

/** What a service that loads would do is made into a plan, too, as the manager does it. */
function checkPlans(config: UnitConfig): void {
  if (config.load.state !== 'loaded' || config.service === undefined) return;
  for (const context of [rootContext, userContext]) {
    for (const command of config.service.ExecStart) {
      const compiled = compile(mainRequest(config, { command }), context);
      if (!compiled.ok) continue;
      const writer = new FrameWriter();
      encodeBatch(writer, { acknowledge: 0, commands: [{ do: 'run', child: 1, group: 'a', plan: compiled.value.plan }] });
      assert.deepEqual(checkOrder(compiled.value.plan), []);
    }
  }
}

/** Unit files: whatever they hold, a unit comes of it, or a reason why not; and each complaint says where. */
export const unitTarget = target('unit', input, (unit) => {
  const start = performance.now();
  const config = load(unit);
  for (const { message, path, line: at, column } of config.diagnostics) {
    assert.ok(message !== '' && path !== undefined && at >= 0 && column >= 0, JSON.stringify({ message, path, at, column }));
  }
  if (config.load.state === 'error' || config.load.state === 'bad-setting') assert.ok(config.load.reason !== '');
  checkPlans(config);
  const took = performance.now() - start;
  assert.ok(took < patienceMs, `it took ${took} ms`);
});
