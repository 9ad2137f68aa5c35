import { networkInterfaces } from 'node:os';

/**
 * An address of this machine that is not its loopback, where a browser gives a page on plain http neither WebCrypto
 * nor a service worker; null on a machine without a network.
 */
export const OWN_ADDRESS: string | null =
  Object.values(networkInterfaces())
    .flat()
    .find((address) => address && !address.internal && address.family === 'IPv4')?.address ?? null;
