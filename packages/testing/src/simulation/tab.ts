import { type CredentialProvider, type StorageNotice, SyncQueue, SyncWorker } from '@cpc/sync-core';
import { SeededRandom } from '@cpc/sync-core/deterministic';
import type { Device, Stage, Tab } from './cast.js';
import { ObservedTransport } from './observed-transport.js';
import type { Owner } from './scheduler.js';
import { NEW_KIND } from './operations.js';
import { SimClock } from './sim-clock.js';
import { SimNetwork } from './sim-network.js';
import { SimStorage } from './sim-storage.js';
import { SimTransport } from './sim-transport.js';

/** One tab: a queue and a worker, on their device's storage. A crash leaves nothing of it but what was stored. */
export class SimTab implements Tab {
  readonly name: string;
  readonly owner: Owner = { isDead: false, frozenUntil: 0 };
  readonly device: Device;
  readonly world: Stage;
  readonly clock: SimClock;
  readonly queue: SyncQueue;
  readonly worker: SyncWorker;
  readonly #storage: SimStorage;

  /** It runs the code of before, which does not know drafts. */
  readonly isOld: boolean;

  constructor(world: Stage, device: Device, name: string, seed: number, isOld: boolean) {
    this.isOld = isOld;
    this.world = world;
    this.device = device;
    this.name = name;
    this.clock = new SimClock(world.scheduler, this.owner, device.wall);
    this.#storage = new SimStorage(this);
    const { options } = world;
    const random = new SeededRandom(seed);
    const storage = options.wrapStorage?.(this.#storage, this) ?? this.#storage;
    const network = new SimNetwork(this);
    const sender = options.transport?.(network, this) ?? new SimTransport(network, world.shape, device);
    const transport = new ObservedTransport(sender, this);
    const credentials: CredentialProvider = { refresh: () => this.#refresh() };
    this.queue = new SyncQueue(
      { storage, clock: this.clock, random },
      { operations: world.definitions.filter(({ kind }) => !isOld || kind !== NEW_KIND), node: name },
    );
    this.worker = new SyncWorker(
      {
        queue: this.queue,
        transport: options.wrapTransport?.(transport, this) ?? transport,
        resolver: world.resolver,
        credentials: options.wrapCredentials?.(credentials) ?? credentials,
        ...(device.monitor && { monitor: device.monitor }),
        ...(options.rules && { rules: options.rules(this) }),
      },
      options.worker,
    );
    this.queue.events$.subscribe((event) => {
      // A renewal may fail, and a tab that is frozen during one finds its time used up: that is told, and no defect.
      const isExpected = (code: string): boolean => code.startsWith('STORAGE_') || code === 'UNAUTHENTICATED';
      if (event.type === 'failed' && !isExpected(event.failure.code))
        world.referee.broken('no inner failures', `${event.failure.code}: ${event.failure.message}`);
    });
  }

  /** Opens the queue, as often as it takes, and starts the worker. */
  async start(): Promise<void> {
    for (;;) {
      try {
        await this.queue.open();
        break;
      } catch {
        await this.world.scheduler.pause(500, this.owner);
      }
    }
    await this.signIn();
    await this.worker.start();
  }

  /** Says who is signed in on this device, as often as it takes, and anew where that changed meanwhile. */
  async signIn(): Promise<void> {
    for (;;) {
      const { principal } = this.device;
      try {
        await this.queue.signIn(principal);
        if (this.device.principal === principal) return;
      } catch {
        await this.world.scheduler.pause(500, this.owner);
      }
    }
  }

  notify(notice: StorageNotice): void {
    this.#storage.notify(notice);
  }

  async #refresh(): Promise<boolean> {
    const { networkFaults, scheduler } = this.world;
    await scheduler.pause(300, this.owner);
    if (networkFaults.random.chance(networkFaults.rates.renewalHangs) && this.world.fault('renewal hangs'))
      return new Promise(() => undefined);
    if (networkFaults.random.chance(networkFaults.rates.renewalFails) && this.world.fault('renewal fails'))
      throw new Error('A simulated failure of the identity provider.');
    return true;
  }
}
