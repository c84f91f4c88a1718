import { callsOf } from '../values/system-call-sets.ts';
import type { IpPrefix } from '../values/ip-address.ts';
import type { Finding, Point } from './assess.ts';
import { precisely } from './precisely.ts';
import type { Subject } from './subject.ts';

/** What the kernel is asked to filter: system calls, namespaces, sockets, packets, devices. */
export const filterRows: readonly Point[] = [
  ...(
    [
      ['user', 1500, 'user'],
      ['mnt', 500, 'file system'],
      ['ipc', 500, 'IPC'],
      ['pid', 500, 'process'],
      ['cgroup', 500, 'cgroup'],
      ['net', 500, 'network'],
      ['uts', 100, 'hostname'],
    ] as const
  ).map(([kind, weight, called]): Point => namespace(kind, weight, called)),
  ...(
    [
      ['AF_(INET|INET6)', 'AF_INET_INET6', 1500, 'Internet'],
      ['AF_UNIX', 'AF_UNIX', 25, 'local'],
      ['AF_NETLINK', 'AF_NETLINK', 200, 'netlink'],
      ['AF_PACKET', 'AF_PACKET', 1000, 'packet'],
      ['…', 'OTHER', 1250, 'exotic'],
    ] as const
  ).map(([name, field, weight, called]): Point => family(name, field, weight, called)),
  { name: 'SystemCallArchitectures=', field: 'SystemCallArchitectures', weight: 1000, range: 10, assess: precisely(architectures) },
  ...(
    [
      ['swap', 1000],
      ['obsolete', 250],
      ['clock', 1000],
      ['cpu-emulation', 250],
      ['debug', 1000],
      ['mount', 1000],
      ['module', 1000],
      ['raw-io', 1000],
      ['reboot', 1000],
      ['privileged', 700],
      ['resources', 700],
    ] as const
  ).map(([set, weight]): Point => callSet(set, weight)),
  { name: 'IPAddressDeny=', field: 'IPAddressDeny', weight: 1000, range: 10, assess: precisely(addresses) },
  { name: 'DeviceAllow=', field: 'DeviceAllow', weight: 1000, range: 10, assess: precisely(devices) },
];

function namespace(kind: string, weight: number, called: string): Point {
  return {
    name: `RestrictNamespaces=~${kind}`,
    field: `RestrictNamespaces_${kind}`,
    weight,
    range: 1,
    assess: ({ properties }) => {
      const said = properties['RestrictNamespaces'] ?? 'no';
      const may = said === 'no' || said.split(' ').includes(kind);
      return { badness: may ? 1 : 0, description: `Service ${may ? 'may' : 'cannot'} create ${called} namespaces` };
    },
  };
}

const known: readonly string[] = ['AF_INET', 'AF_INET6', 'AF_UNIX', 'AF_NETLINK', 'AF_PACKET'];

function family(name: string, field: string, weight: number, called: string): Point {
  const isOf = (each: string): boolean =>
    field === 'OTHER' ? !known.includes(each) : each === field || (field === 'AF_INET_INET6' && /^AF_INET6?$/.test(each));
  return {
    name: `RestrictAddressFamilies=~${name}`,
    field: `RestrictAddressFamilies_${field}`,
    weight,
    range: 1,
    assess: ({ families: { allow, names } }) => {
      const may = [...names].some(isOf) === allow;
      return { badness: may ? 1 : 0, description: `Service ${may ? 'may' : 'cannot'} allocate ${called} sockets` };
    },
  };
}

function architectures({ properties }: Subject): Finding {
  const said = properties['SystemCallArchitectures'] ?? '';
  if (said === '') return { badness: 10, description: 'Service may execute system calls with all ABIs' };
  if (said === 'native') return { badness: 0, description: 'Service may execute system calls only with native ABI' };
  return { badness: 8, description: 'Service may execute system calls with multiple ABIs' };
}

function callSet(set: string, weight: number): Point {
  const members = callsOf(`@${set}`);
  return {
    name: `SystemCallFilter=~@${set}`,
    field: `SystemCallFilter_${set.replaceAll('-', '_')}`,
    weight,
    range: 10,
    assess: precisely(({ calls, isNative }) => {
      if (calls === undefined) return { badness: 10, description: 'Service does not filter system calls' };
      const { allow, names } = calls;
      const list = `System call ${allow ? 'allow' : 'deny'} list defined for service, and @${set} is`;
      const example = members.find((call) => names.has(call) === allow && isNative(call));
      if (example === undefined) return { badness: 0, description: `${list} ${allow ? 'not included' : 'included'}` };
      return {
        badness: allow ? 9 : 10,
        description: `${list} ${allow ? 'included' : 'not included'} (e.g. ${example} is allowed)`,
      };
    }),
  };
}

function addresses({ properties, allowed, denied }: Subject): Finding {
  if ([properties['IPIngressFilterPath'], properties['IPEgressFilterPath']].some((path) => path !== undefined && path !== ''))
    return { badness: 0, description: 'Service defines custom ingress/egress IP filters with BPF programs' };
  const all = (of: IpPrefix['family']): boolean => denied.some(({ family: each, length }) => each === of && length === 0);
  if (!all('inet') || !all('inet6')) return { badness: 10, description: 'Service does not define an IP address allow list' };
  if (allowed.length === 0) return { badness: 0, description: 'Service blocks all IP address ranges' };
  return allowed.every(isLocal)
    ? { badness: 2, description: 'Service defines IP address allow list with only localhost entries' }
    : { badness: 5, description: 'Service defines IP address allow list with non-localhost entries' };
}

function isLocal({ family: of, bytes }: IpPrefix): boolean {
  return of === 'inet' ? bytes[0] === 127 : bytes.every((byte, index) => byte === (index === 15 ? 1 : 0));
}

function devices({ devicePolicy, devices: allowed }: Subject): Finding {
  if (devicePolicy === 'auto') return { badness: 10, description: 'Service has no device ACL' };
  if (allowed.length === 0) return { badness: 0, description: 'Service has a minimal device ACL' };
  return { badness: 5, description: `Service has a device ACL with some special devices: ${allowed.join(' ')}` };
}
