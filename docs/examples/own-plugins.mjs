import { ManualNetworkMonitor } from '@cpc/network';
import { clientWins } from '@cpc/sync-core';

// #region transport
/** Sends each operation as a message, and takes the answer with the same key for its outcome. */
class MessageTransport {
  #channel;

  constructor(channel) {
    this.#channel = channel;
  }

  async send(operations, { signal }) {
    return Promise.all(operations.map((operation) => this.#deliver(operation, signal)));
  }

  async #deliver({ id, kind, payloadJson }, signal) {
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

export const messageTransport = (channel) => ({
  name: 'message-transport',
  transport: () => new MessageTransport(channel),
});
// #endregion

// #region monitor
/** Knows of the network what a VPN client knows. Nothing is listened to before `start`. */
class VpnMonitor extends ManualNetworkMonitor {
  #vpn;
  #unsubscribe = () => undefined;

  constructor(vpn) {
    super();
    this.#vpn = vpn;
  }

  async start() {
    await super.start();
    this.#unsubscribe();
    this.#unsubscribe = this.#vpn.onChange((up) => this.set(up ? 'online' : 'offline', 'The VPN changed.'));
  }

  async stop() {
    this.#unsubscribe();
    this.#unsubscribe = () => undefined;
    await super.stop();
  }
}

export const vpnMonitor = (vpn) => ({ name: 'vpn-monitor', networkMonitor: () => new VpnMonitor(vpn) });
// #endregion

// #region small-ports
/** Small ports need no class: each is an object with one method or a few. */
export const houseRules = (session, log) => ({
  name: 'house-rules',
  conflictResolver: () => ({
    resolve: (conflict, context) =>
      conflict.remote.deleted ? { kind: 'use-remote' } : clientWins.resolve(conflict, context),
  }),
  backoff: () => ({ delayMs: (attempt, _previousMs, random) => 1_000 * attempt * (0.5 + random.next()) }),
  credentialProvider: () => ({ refresh: (principal, { signal }) => session.renew(principal, signal) }),
  logger: () => ({
    debug: () => undefined,
    info: () => undefined,
    warn: (message, fields) => log.push({ message, ...fields }),
    error: (message, fields) => log.push({ message, ...fields }),
  }),
});
// #endregion
