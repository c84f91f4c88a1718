import { ok } from '../../base/result.ts';
import { refuse, type ValueParser } from './parser.ts';

/** In the order of their numbers in linux/bpf.h, up to Linux 6.18. */
const commands = `map_create map_lookup_elem map_update_elem map_delete_elem map_get_next_key prog_load obj_pin obj_get prog_attach prog_detach
  prog_test_run prog_get_next_id map_get_next_id prog_get_fd_by_id map_get_fd_by_id obj_get_info_by_fd prog_query raw_tracepoint_open btf_load
  btf_get_fd_by_id task_fd_query map_lookup_and_delete_elem map_freeze btf_get_next_id map_lookup_batch map_lookup_and_delete_batch
  map_update_batch map_delete_batch link_create link_update link_get_fd_by_id link_get_next_id enable_stats iter_create link_detach
  prog_bind_map token_create prog_stream_read_by_fd`;

const maps = `unspec hash array prog_array perf_event_array percpu_hash percpu_array stack_trace cgroup_array lru_hash lru_percpu_hash lpm_trie
  array_of_maps hash_of_maps devmap sockmap cpumap xskmap sockhash cgroup_storage reuseport_sockarray percpu_cgroup_storage queue stack
  sk_storage devmap_hash struct_ops ringbuf inode_storage task_storage bloom_filter user_ringbuf cgrp_storage arena`;

const programs = `unspec socket_filter kprobe sched_cls sched_act tracepoint xdp perf_event cgroup_skb cgroup_sock lwt_in lwt_out lwt_xmit
  sock_ops sk_skb cgroup_device sk_msg raw_tracepoint cgroup_sock_addr lwt_seg6local lirc_mode2 sk_reuseport flow_dissector cgroup_sysctl
  raw_tracepoint_writable cgroup_sockopt tracing struct_ops ext lsm sk_lookup syscall netfilter`;

const attachments = `cgroup_inet_ingress cgroup_inet_egress cgroup_inet_sock_create cgroup_sock_ops sk_skb_stream_parser sk_skb_stream_verdict
  cgroup_device sk_msg_verdict cgroup_inet4_bind cgroup_inet6_bind cgroup_inet4_connect cgroup_inet6_connect cgroup_inet4_post_bind
  cgroup_inet6_post_bind cgroup_udp4_sendmsg cgroup_udp6_sendmsg lirc_mode2 flow_dissector cgroup_sysctl cgroup_udp4_recvmsg
  cgroup_udp6_recvmsg cgroup_getsockopt cgroup_setsockopt trace_raw_tp trace_fentry trace_fexit modify_return lsm_mac trace_iter
  cgroup_inet4_getpeername cgroup_inet6_getpeername cgroup_inet4_getsockname cgroup_inet6_getsockname xdp_devmap
  cgroup_inet_sock_release xdp_cpumap sk_lookup xdp sk_skb_verdict sk_reuseport_select sk_reuseport_select_or_migrate perf_event
  trace_kprobe_multi lsm_cgroup struct_ops netfilter tcx_ingress tcx_egress trace_uprobe_multi cgroup_unix_connect cgroup_unix_sendmsg
  cgroup_unix_recvmsg cgroup_unix_getpeername cgroup_unix_getsockname netkit_primary netkit_peer trace_kprobe_session
  trace_uprobe_session`;

/** BPFDelegateCommands=, BPFDelegateMaps=, BPFDelegatePrograms= and BPFDelegateAttachments= (systemd.exec(5)): a bit for each number, all of them for `any`. */
export const bpfCommands = rights('BPF', commands, 'BPFProgLoad');
export const bpfMaps = rights('BPFMapType', maps, 'BPFMapTypeArray');
export const bpfPrograms = rights('BPFProgType', programs, 'BPFProgTypeXdp');
export const bpfAttachments = rights('BPF', attachments, 'BPFCgroupInetIngress');

/** What is unknown is no right that could be given, so a list with it gives none. */
function rights(prefix: string, names: string, example: string): ValueParser<bigint> {
  // Made when a unit first names one, which few ever do.
  let numbers: ReadonlyMap<string, bigint> | undefined;
  return (text) => {
    if (text === '') return ok(0n);
    if (text === 'any') return ok((1n << 64n) - 1n);
    numbers ??= new Map(names.split(/\s+/).map((name, number) => [prefix + camelCase(name), BigInt(number)]));
    let mask = 0n;
    for (const name of text.split(/[\s,]+/).filter((word) => word !== '')) {
      const number = numbers.get(name);
      if (number === undefined) return refuse(`expected any, or a list of names such as ${example}`, text.indexOf(name), 'word');
      mask |= 1n << number;
    }
    return ok(mask);
  };
}

function camelCase(name: string): string {
  return name.replaceAll(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
