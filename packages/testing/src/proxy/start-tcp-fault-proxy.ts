import { connect, createServer, type Socket } from 'node:net';
import { systemClock } from '@cpc/sync-core';
import type { Fault } from '../faults/fault.js';
import { FaultLine, type FaultLineOptions } from '../faults/fault-line.js';
import type { FaultPlan } from '../faults/fault-plan.js';
import { type FaultProxy, ListeningProxy } from './listening-proxy.js';

export interface TcpFaultProxyOptions extends Partial<FaultLineOptions> {
  /** Where the server listens. */
  readonly target: { readonly port: number; readonly host?: string };
  /** Asked once for each turn, see {@link startTcpFaultProxy}. */
  readonly plan: FaultPlan;
  /** @defaultValue 0, any that is free */
  readonly port?: number;
}

/**
 * A proxy on loopback for whatever runs on TCP, such as WebSocket and HTTP/2. It knows no messages: a turn is what the
 * client sends until the server says something, and what the server says then. A turn can be lost, lose its answer,
 * lose half of the answer's first part, hang or be late; each of them but the last two breaks the connection. A plan
 * that says anything else is a `TypeError`, with which `close` rejects.
 */
export async function startTcpFaultProxy(options: TcpFaultProxyOptions): Promise<FaultProxy> {
  const { target, plan, port = 0, clock = systemClock } = options;
  const line = new FaultLine(plan, { ...options, clock });
  // A client that has said all may still be listening.
  const server = createServer({ allowHalfOpen: true });
  const proxy = new ListeningProxy(server, line.history);
  server.on('connection', (client) => {
    const upstream = connect({ host: '127.0.0.1', ...target, allowHalfOpen: true });
    const pipe = new Pipe(client, upstream, line);
    proxy.run(client, () => pipe.ended);
  });
  await proxy.listen(port);
  return proxy;
}

/** One connection, through both of its sockets. */
class Pipe {
  /** Resolves when the connection is over; rejects where the plan threw. */
  readonly ended: Promise<void>;
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #line: FaultLine;
  #fault: Fault | undefined;
  #isAnswered = true;

  constructor(client: Socket, upstream: Socket, line: FaultLine) {
    this.#client = client;
    this.#upstream = upstream;
    this.#line = line;
    this.ended = new Promise((resolve, reject) => {
      const guarded =
        (work: (bytes: Buffer) => void) =>
        (bytes: Buffer): void => {
          try {
            work(bytes);
          } catch (error) {
            reject(error);
            this.#break();
          }
        };
      client.on(
        'data',
        guarded((bytes) => this.#up(bytes)),
      );
      upstream.on(
        'data',
        guarded((bytes) => this.#down(bytes)),
      );
      client.on('end', () => this.#later(() => upstream.end()));
      upstream.on('end', () => this.#later(() => client.end()));
      for (const socket of [client, upstream]) {
        // A reset is told by 'close' as well; without a listener it would end the process.
        socket.on('error', () => this.#break());
        socket.on('close', () => {
          this.#break();
          resolve();
        });
      }
    });
  }

  #up(bytes: Buffer): void {
    if (this.#isAnswered) {
      this.#isAnswered = false;
      this.#fault = checked(this.#line.next([]));
    }
    const { kind, afterEffect = true } = this.#fault as Fault & { readonly afterEffect?: boolean };
    if (kind === 'requestLost') this.#break();
    else if (kind !== 'hang' || afterEffect) this.#later(() => this.#upstream.write(bytes));
  }

  #down(bytes: Buffer): void {
    this.#isAnswered = true;
    const kind = this.#fault?.kind;
    if (kind === 'hang') return;
    if (kind === 'answerLost') this.#break();
    else if (kind === 'halfAnswer') {
      this.#client.write(bytes.subarray(0, bytes.length >> 1), () => this.#break());
    } else this.#later(() => this.#client.write(bytes));
  }

  /** Half of the turn's latency. Timers of one length keep the order of what they carry. */
  #later(act: () => void): void {
    const wayMs = (this.#fault?.latencyMs ?? 0) / 2;
    if (wayMs === 0) act();
    else this.#line.clock.setTimer(act, wayMs);
  }

  #break(): void {
    for (const socket of [this.#client, this.#upstream]) if (!socket.destroyed) socket.destroy();
  }
}

const KINDS: ReadonlySet<Fault['kind']> = new Set(['ok', 'requestLost', 'answerLost', 'halfAnswer', 'hang']);

function checked(fault: Fault): Fault {
  if (KINDS.has(fault.kind)) return fault;
  throw new TypeError(
    `a TCP proxy takes ${[...KINDS].join(', ')} of a plan, since it knows no protocol; got ${fault.kind}`,
  );
}
