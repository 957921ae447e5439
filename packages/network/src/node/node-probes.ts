import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';

/** Reaches for something over the network: resolves when it was reached, rejects when it was not, or on abort. */
export type NodeProbe = (signal: AbortSignal) => Promise<void>;

export interface TcpProbeOptions {
  readonly host: string;
  readonly port: number;
}

/** Opens a TCP connection and closes it at once. Cheap, but a captive portal may accept it, too. */
export const tcpProbe =
  ({ host, port }: TcpProbeOptions): NodeProbe =>
  (signal) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host, port });
      const abort = () => socket.destroy(signal.reason as Error);
      signal.addEventListener('abort', abort, { once: true });
      socket.once('connect', () => socket.destroy());
      socket.once('connect', resolve);
      socket.once('error', reject);
      socket.once('close', () => signal.removeEventListener('abort', abort));
      if (signal.aborted) abort();
    });

export interface DnsProbeOptions {
  /** The name to resolve: the server's own. */
  readonly name: string;
  /** Name servers, as `address` or `address:port`. @defaultValue the system's */
  readonly servers?: readonly string[];
}

/** What a name server says when it was reached and does not know the name. */
const REACHED = new Set(['ENOTFOUND', 'ENODATA']);

/** Asks a name server. Any answer will do: that there is one shows that the network carries something. */
export const dnsProbe =
  ({ name, servers }: DnsProbeOptions): NodeProbe =>
  async (signal) => {
    signal.throwIfAborted();
    // A resolver of its own, unlike `lookup`, can be cancelled and remembers nothing.
    const resolver = new Resolver();
    if (servers) resolver.setServers([...servers]);
    const cancel = () => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      await resolver.resolve4(name);
    } catch (error) {
      if (!REACHED.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
