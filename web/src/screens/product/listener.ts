// Which of a cluster's Kafka listeners a reader's program should connect to.

/** The one that was asked for, if there is such; else the one on the host that brought the reader here: it is reachable from there. */
export function listenerFor(addresses: readonly string[], hostname: string, asked?: string): string {
  const usable = isLoopback(hostname) ? addresses : addresses.filter((address) => !isLoopback(hostOf(address)));
  const known = asked !== undefined && addresses.includes(asked) ? asked : undefined;
  return known ?? addresses.find((address) => hostOf(address) === hostOf(`${hostname}:0`)) ?? usable[0] ?? addresses[0] ?? '';
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '').toLowerCase();
}

function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[?::1\]?)$/.test(host);
}
