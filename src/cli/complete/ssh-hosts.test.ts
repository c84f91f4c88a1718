import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sshHosts } from './ssh-hosts.ts';

const files: Readonly<Record<string, string>> = {
  '/home/me/.ssh/config': 'Host alpha beta *.wild !no web-?\n  HostName hidden\nhost=gamma\n# Host comment\nHostKeyAlias x\n',
  '/etc/ssh/ssh_config': 'Host *\n\tHost tabbed\n',
  '/home/me/.ssh/known_hosts':
    '|1|hash=|hash= ssh-ed25519 K\n[delta]:2222,10.0.0.1 ssh-rsa K\n@cert-authority *.z ssh-rsa K\n\n# epsilon K\nalpha,fe80::1 ssh-rsa K\n',
};

const tree = {
  read: (path: string) => (files[path] === undefined ? undefined : new TextEncoder().encode(files[path])),
  list: () => [],
  follow: () => ({ kind: 'missing', isExecutable: false }) as const,
};

test('hosts are those of the configuration, and those whose keys are known, but for patterns and hashes', () => {
  assert.deepEqual(sshHosts(tree, '/home/me'), ['10.0.0.1', 'alpha', 'beta', 'delta', 'fe80::1', 'gamma', 'tabbed']);
});

test('who has no home has the hosts of the machine', () => {
  assert.deepEqual([sshHosts(tree, undefined), sshHosts(tree, '')], [['tabbed'], ['tabbed']]);
});
