import type { ManualNetworkMonitor } from '@cpc/network';
import type {
  AnyOperationDefinition,
  Clock,
  ConflictResolver,
  CredentialProvider,
  DeliveryOutcome,
  DeliveryRules,
  Operation,
  QueueStorage,
  StorageNotice,
  SyncQueue,
  SyncWorkerOptions,
  Transport,
} from '@cpc/sync-core';
import type { SeededRandom } from '@cpc/sync-core/deterministic';
import type { FaultRates } from './fault-rates.js';
import type { SimulatedOperation } from './operations.js';
import type { World } from './plan.js';
import type { Referee } from './referee.js';
import type { Owner, Scheduler } from './scheduler.js';
import type { WallClock } from './sim-clock.js';
import type { SimulatedNetwork, SimulatedServer } from './simulated-network.js';
import type { Witness } from './witness.js';

/** What a caller may put in the place of the simulator's own parts. */
export interface SimulationParts {
  /** Stands between the queue and the simulated storage of a tab. */
  readonly wrapStorage?: (storage: QueueStorage, tab: Tab) => QueueStorage;
  /** Stands between the worker and the simulated network of a tab. */
  readonly wrapTransport?: (transport: Transport, tab: Tab) => Transport;
  /** Stands between the worker and what renews a sign-in. */
  readonly wrapCredentials?: (credentials: CredentialProvider) => CredentialProvider;
  readonly worker?: SyncWorkerOptions;
  /** What the users enqueue. @defaultValue changes, drafts and lines of a log of the simulator's own */
  readonly operations?: readonly SimulatedOperation[];
  /** What decides about outcomes in a tab, in the place of the library's own rules. */
  readonly rules?: (tab: Tab) => DeliveryRules;
  /** For conflicts of kinds whose definition names none. @defaultValue one that does all that a resolver may do */
  readonly resolver?: ConflictResolver;
  /** What sends: yours, over the simulated network. @defaultValue one that hands operations to the model server */
  readonly transport?: (network: SimulatedNetwork, tab: Tab) => Transport;
  /** What the server says to an operation before it applies it; `undefined` to apply it. */
  readonly judge?: (operation: Operation) => DeliveryOutcome | undefined;
  /** How often each call meets each fault. @defaultValue {@link FAULT_RATES} */
  readonly rates?: Partial<FaultRates>;
}

/** What draws the faults of a kind, and how often each happens. */
export interface FaultSource {
  readonly random: SeededRandom;
  rates: FaultRates;
}

/** Something that a person made on a device, under the id of the operation that makes it. */
export interface Thing {
  readonly id: string;
  readonly entity: string;
}

/** A phone or a laptop: one storage, one wall clock, one network, and tabs that come and go. */
export interface Device {
  readonly index: number;
  readonly storage: QueueStorage;
  readonly wall: WallClock;
  /** Tells what it was told, whatever is true; `undefined` where the app has none. */
  readonly monitor: ManualNetworkMonitor | undefined;
  /** Whoever signed in last. */
  readonly principal: string | undefined;
  /** Until when it is cut off, and its disk is full, in virtual milliseconds. */
  readonly cutUntil: number;
  readonly diskFullUntil: number;
  /** How many of the next calls of the storage fail. */
  hiccups: number;
  /** The time that it shows, in milliseconds since the epoch. */
  wallNow(): number;
  /** A hint to the other tabs, which may come late or never. */
  tellOthers(from: Tab, notice?: StorageNotice): void;
}

/** One tab: a queue and a worker, on their device's storage. A crash leaves nothing of it but what was stored. */
export interface Tab {
  readonly name: string;
  readonly owner: Owner;
  readonly device: Device;
  readonly world: Stage;
  readonly clock: Clock;
  readonly queue: SyncQueue;
}

/** What the tabs and devices of a history share. */
export interface Stage {
  readonly seed: number;
  readonly options: SimulationParts;
  readonly scheduler: Scheduler;
  readonly referee: Referee;
  readonly witness: Witness;
  readonly shape: World;
  readonly server: SimulatedServer;
  readonly definitions: readonly AnyOperationDefinition[];
  readonly resolver: ConflictResolver;
  readonly storageFaults: FaultSource;
  readonly networkFaults: FaultSource;
  /** Counts a fault and writes it down. @returns true, to stand in a condition */
  fault(text: string, tab?: Tab): boolean;
  trace(tab: Tab | undefined, text: () => string): void;
}
