import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';

/** What `os.networkInterfaces` returns. */
export type NetworkInterfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

export const platformInterfaces: () => NetworkInterfaces = networkInterfaces;

/** Addresses that an interface gives itself when nobody on the network gave it one. */
const SELF_GIVEN = /^(fe[89ab][0-9a-f]:|169\.254\.)/i;

/** Some sandboxes forbid reading the interfaces. There may be a network all the same; the probe will tell. */
const UNREADABLE = ['unreadable'];

/** The addresses under which this machine can be part of a network; in order, so that two lists compare. */
export function outwardAddresses(read: () => NetworkInterfaces): readonly string[] {
  let interfaces: NetworkInterfaces;
  try {
    interfaces = read();
  } catch {
    return UNREADABLE;
  }
  return Object.entries(interfaces)
    .flatMap(([name, addresses]) => (addresses ?? []).map((info) => ({ name, ...info })))
    .filter(({ internal, address }) => !internal && !SELF_GIVEN.test(address))
    .map(({ name, address }) => `${name} ${address}`)
    .sort();
}
