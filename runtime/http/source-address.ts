const prefixGroups = 4;

/**
 * Whom a limit per address counts: an IPv4 address, or the /64 of an IPv6 one, because its holder has all addresses in
 * it to choose from.
 */
export function sourceAddress(ip: string | undefined): string {
  if (!ip) return 'unknown';
  const mapped = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped) return mapped;
  const [head = [], tail = []] = ip.split('::').map(part => (part ? part.split(':') : []));
  const zeros = Array.from({ length: Math.max(8 - head.length - tail.length, 0) }, () => '0');
  return `${[...head, ...zeros, ...tail].slice(0, prefixGroups).join(':').toLowerCase()}::/64`;
}
