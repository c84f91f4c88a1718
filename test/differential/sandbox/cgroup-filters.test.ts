import { type Case, compareManagers } from '../run/both.ts';

interface Filtered {
  readonly verb: 'devices' | 'packets';
  /** `PIN` is a program that lets no packet pass. */
  readonly lines: string;
  /** Slices, by their names without the ending. */
  readonly slices?: Readonly<Record<string, string>>;
}

const cases: Readonly<Record<string, Filtered>> = {
  'no filter': { verb: 'devices', lines: '' },
  'the policy auto': { verb: 'devices', lines: 'DevicePolicy=auto' },
  'the policy closed': { verb: 'devices', lines: 'DevicePolicy=closed' },
  'the policy strict': { verb: 'devices', lines: 'DevicePolicy=strict' },
  'the policy strict with devices': {
    verb: 'devices',
    lines: 'DevicePolicy=strict\nDeviceAllow=/dev/null r\nDeviceAllow=/dev/zero rw\nDeviceAllow=/dev/full',
  },
  'devices, which close the policy': { verb: 'devices', lines: 'DeviceAllow=/dev/random r' },
  'devices by their drivers': {
    verb: 'devices',
    lines: 'DevicePolicy=strict\nDeviceAllow=char-mem r\nDeviceAllow=block-loop m\nDeviceAllow=char-10 m',
  },
  'devices by patterns': { verb: 'devices', lines: 'DevicePolicy=strict\nDeviceAllow=char-* r\nDeviceAllow=block-* rwm' },
  'a pattern of drivers': { verb: 'devices', lines: 'DevicePolicy=strict\nDeviceAllow=char-mis* m\nDeviceAllow=block-l??p' },
  'devices that there are not': { verb: 'devices', lines: 'DevicePolicy=closed\nDeviceAllow=/dev/nonsense\nDeviceAllow=char-nonsense' },
  'only devices that there are not': { verb: 'devices', lines: 'DevicePolicy=strict\nDeviceAllow=/dev/nonsense' },
  'a protected clock': { verb: 'devices', lines: 'ProtectClock=yes' },
  'a protected clock and a policy': { verb: 'devices', lines: 'ProtectClock=yes\nDevicePolicy=closed' },
  'a list that is reset': { verb: 'devices', lines: 'DeviceAllow=/dev/null\nDeviceAllow=' },
  'devices of a slice': { verb: 'devices', lines: 'Slice=devs.slice', slices: { devs: 'DevicePolicy=strict\nDeviceAllow=/dev/null rw' } },
  'devices of a slice and of its service': {
    verb: 'devices',
    lines: 'Slice=both.slice\nDeviceAllow=/dev/zero r',
    slices: { both: 'DevicePolicy=closed' },
  },
  'all addresses': { verb: 'packets', lines: '' },
  'no addresses': { verb: 'packets', lines: 'IPAddressDeny=any' },
  'no addresses but one': { verb: 'packets', lines: 'IPAddressDeny=any\nIPAddressAllow=127.0.0.2' },
  'one network less': { verb: 'packets', lines: 'IPAddressDeny=127.0.0.0/24' },
  'the machine itself': { verb: 'packets', lines: 'IPAddressDeny=any\nIPAddressAllow=localhost' },
  'no addresses of version 6': { verb: 'packets', lines: 'IPAddressDeny=::/0' },
  'other addresses': { verb: 'packets', lines: 'IPAddressDeny=multicast link-local 10.0.0.0/8' },
  'allowed alone': { verb: 'packets', lines: 'IPAddressAllow=10.0.0.0/8' },
  'half of a network': { verb: 'packets', lines: 'IPAddressDeny=127.0.0.0/8\nIPAddressAllow=127.128.0.0/9 ::1' },
  'addresses that are reset': { verb: 'packets', lines: 'IPAddressDeny=any\nIPAddressDeny=' },
  'addresses of a slice': { verb: 'packets', lines: 'Slice=nets.slice', slices: { nets: 'IPAddressDeny=any' } },
  'addresses of a slice, allowed again': {
    verb: 'packets',
    lines: 'Slice=up-down.slice\nIPAddressAllow=127.0.0.1',
    slices: { up: 'IPAddressDeny=any', 'up-down': 'IPAddressAllow=127.0.0.2' },
  },
  'a program for what comes in': { verb: 'packets', lines: 'IPIngressFilterPath=PIN' },
  'a program for what goes out': { verb: 'packets', lines: 'IPEgressFilterPath=PIN' },
  'a program and addresses': { verb: 'packets', lines: 'IPIngressFilterPath=PIN\nIPAddressDeny=127.0.0.2' },
  'a program that there is not': { verb: 'packets', lines: 'IPIngressFilterPath=/run/t/none' },
  'a program that is reset': { verb: 'packets', lines: 'IPIngressFilterPath=PIN\nIPIngressFilterPath=' },
  'a program of a slice': { verb: 'packets', lines: 'Slice=pinned.slice', slices: { pinned: 'IPEgressFilterPath=PIN' } },
  'BPFProgram=': { verb: 'packets', lines: 'BPFProgram=egress:PIN' },
  'BPFProgram= that there is not': { verb: 'packets', lines: 'BPFProgram=egress:/run/t/none' },
  'addresses of the slice of all': {
    verb: 'packets',
    lines: 'Slice=over-there.slice',
    slices: { over: 'IPAddressDeny=127.0.0.2\nIPAddressAllow=127.0.0.0/30' },
  },
};

/** A service that tries what its cgroup may do, twice, since the second process finds the filters of the first. */
function caseOf({ verb, lines: written, slices = {} }: Filtered, name: string): Case {
  const directory = `/run/bpf-${name}`;
  const named = (text: string): string => text.replaceAll('PIN', `${directory}/program`);
  const lines = named(written);
  const pins = [written, ...Object.values(slices)].some((text) => text.includes('PIN'));
  const pin = pins ? `mkdir ${directory}; mount -t bpf bpf ${directory}; /act pin ${directory}/program; ` : '';
  const service = `[Service]\nType=oneshot\nStandardOutput=append:/run/t/${name}\nExecStart=/act ${verb}\nExecStart=/act ${verb}\n${lines}\n`;
  return {
    units: {
      [`${name}.service`]: service,
      ...Object.fromEntries(Object.entries(slices).map(([slice, text]) => [`${slice}.slice`, `[Slice]\n${named(text)}\n`])),
    },
    script: `${pin}quiet systemctl start ${name}; state ${name}.service; notes ${name}`,
  };
}

compareManagers(
  'filters of cgroups',
  Object.fromEntries(Object.entries(cases).map(([title, filtered], index) => [title, caseOf(filtered, `cgroup${index}`)])),
);
