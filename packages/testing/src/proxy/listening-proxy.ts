import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { FaultHistory } from '../faults/fault-history.js';

/** A proxy that listens. Give clients its address instead of the server's. */
export interface FaultProxy extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly port: number;
  /** Everything that was sent so far, and what it met. */
  readonly history: FaultHistory;
  /** How many connections of clients are open now: 0 shows that a client left nothing behind. */
  readonly connections: number;
  /** How many exchanges are under way now. Where requests cannot be told apart, the connections. */
  readonly underWay: number;
  /**
   * Breaks every connection and stops to listen. Idempotent. Rejects with an `AggregateError` where the plan or the
   * protocol threw, since a proxy has nobody else to tell.
   */
  close(): Promise<void>;
}

/** Either side of the proxy went away: no defect, but what networks do. */
export class LostConnection extends Error {
  override readonly name = 'LostConnection';
}

/** What the proxies share: a server on loopback, its sockets, and the defects to report in the end. */
export class ListeningProxy implements FaultProxy {
  readonly history: FaultHistory;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #defects: unknown[] = [];
  #underWay = 0;

  constructor(server: Server, history: FaultHistory) {
    this.#server = server;
    this.history = history;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  get underWay(): number {
    return this.#underWay;
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Resets a client's connection, which is found by the port that it comes from. */
  reset(remotePort: number | undefined): void {
    for (const socket of this.#sockets) if (socket.remotePort === remotePort) socket.resetAndDestroy();
  }

  /** Owns the work for one exchange: whatever goes wrong in it breaks the client's connection. */
  run(connection: { destroy(): unknown }, work: () => Promise<void>): void {
    this.#underWay++;
    work()
      .catch((error: unknown) => {
        if (!(error instanceof LostConnection)) this.#defects.push(error);
        connection.destroy();
      })
      .finally(() => this.#underWay--);
  }

  async close(): Promise<void> {
    if (this.#server.listening) {
      for (const socket of this.#sockets) socket.destroy();
      this.#server.close();
      await once(this.#server, 'close');
    }
    const defects = this.#defects.splice(0);
    if (defects.length > 0) throw new AggregateError(defects, 'The plan or the protocol of the proxy threw.');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
