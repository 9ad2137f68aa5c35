/** Which network addresses are public. A source may not lead into the newsroom's own network. */
import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** IANA special-purpose registries: everything here is private, local, for documentation, shared, multicast or reserved. */
const RESERVED_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/** Public IPv6 is 2000::/3 without tunnels, which embed an IPv4 address, and documentation. */
const RESERVED_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const reserved = blockList('ipv4', RESERVED_V4);
const reservedV6 = blockList('ipv6', RESERVED_V6);
const global = blockList('ipv6', ['2000::/3']);

function blockList(family: 'ipv4' | 'ipv6', ranges: string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network, prefix] = range.split('/');
    list.addSubnet(network!, Number(prefix), family);
  }
  return list;
}

/** Whether `address` is a unicast address of the public internet. Mapped, translated and scoped forms are not. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !reserved.check(address, 'ipv4');
  if (!isIPv6(address) || address.includes('%')) return false;
  return global.check(address, 'ipv6') && !reservedV6.check(address, 'ipv6');
}
