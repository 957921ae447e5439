// #region transport
import type { DeliveryOutcome, Operation, SendContext, SyncPlugin, Transport } from '@cpc/sync-core';

/** What carries messages here, and brings the answer to each. */
export interface Channel {
  ask(
    message: { key: string; kind: string; body: string },
    signal: AbortSignal,
  ): Promise<{ status: string; result?: unknown }>;
}

/** Sends each operation as a message, and takes the answer with the same key for its outcome. */
class MessageTransport implements Transport {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  async send(operations: readonly Operation[], { signal }: SendContext): Promise<DeliveryOutcome[]> {
    return Promise.all(operations.map((operation) => this.#deliver(operation, signal)));
  }

  async #deliver({ id, kind, payloadJson }: Operation, signal: AbortSignal): Promise<DeliveryOutcome> {
    try {
      const { status, result } = await this.#channel.ask({ key: id, kind, body: payloadJson }, signal);
      if (status === 'done') return { kind: 'acknowledged', result };
      if (status === 'busy')
        return { kind: 'retry', reason: { code: 'BUSY', message: 'It asked to come again.' } };
      return { kind: 'rejected', reason: { code: 'REFUSED', message: `It answered "${status}".` } };
    } catch (error) {
      // Nobody answered, so it may have been applied: the same key goes out again.
      return { kind: 'unreachable', reason: { code: 'NO_ANSWER', message: String(error) } };
    }
  }
}

export const messageTransport = (channel: Channel): SyncPlugin => ({
  name: 'message-transport',
  transport: () => new MessageTransport(channel),
});
// #endregion

// #region monitor
import { ManualNetworkMonitor } from '@cpc/network';

/** A VPN client, as far as the network is concerned. */
export interface Vpn {
  onChange(listener: (isUp: boolean) => void): () => void;
}

/** Knows of the network what a VPN client knows. Nothing is listened to before `start`. */
class VpnMonitor extends ManualNetworkMonitor {
  readonly #vpn: Vpn;
  #unsubscribe: () => void = () => undefined;

  constructor(vpn: Vpn) {
    super();
    this.#vpn = vpn;
  }

  override async start(): Promise<void> {
    await super.start();
    this.#unsubscribe();
    this.#unsubscribe = this.#vpn.onChange((up) => this.set(up ? 'online' : 'offline', 'The VPN changed.'));
  }

  override async stop(): Promise<void> {
    this.#unsubscribe();
    this.#unsubscribe = () => undefined;
    await super.stop();
  }
}

export const vpnMonitor = (vpn: Vpn): SyncPlugin => ({
  name: 'vpn-monitor',
  networkMonitor: () => new VpnMonitor(vpn),
});
// #endregion

// #region small-ports
import { clientWins, type CredentialProvider, type Logger } from '@cpc/sync-core';

/** Who is signed in, and can be asked to renew that. */
export interface Session {
  renew(...asked: Parameters<CredentialProvider['refresh']>): ReturnType<CredentialProvider['refresh']>;
}

/** Small ports need no class: each is an object with one method or a few. */
export const houseRules = (session: Session, log: object[]): SyncPlugin => {
  const note: Logger['error'] = (message, fields) => void log.push({ message, ...fields });
  return {
    name: 'house-rules',
    conflictResolver: () => ({
      resolve: (conflict, context) =>
        conflict.remote.deleted ? { kind: 'use-remote' } : clientWins.resolve(conflict, context),
    }),
    backoff: () => ({ delayMs: (attempt, _previousMs, random) => 1_000 * attempt * (0.5 + random.next()) }),
    credentialProvider: () => ({ refresh: (principal, context) => session.renew(principal, context) }),
    logger: () => ({ debug: () => undefined, info: () => undefined, warn: note, error: note }),
  };
};
// #endregion
