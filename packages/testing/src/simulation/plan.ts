import type { NetworkState } from '@cpc/network';
import type { SeededRandom } from '@cpc/sync-core/deterministic';
import type { ThingDeed } from './operations.js';

/** Something that happens at a planned moment, whatever else goes on. */
export type PlannedEvent = { readonly at: number; readonly device: number } & (
  | {
      readonly kind: 'enqueue';
      readonly tab: number;
      /** Several are one batch. */
      readonly changes: readonly PlannedChange[];
    }
  | { readonly kind: 'crash'; readonly tab: number }
  /** Opens a tab, with the code of before, or with that of today. */
  | { readonly kind: 'restart'; readonly tab: number; readonly isOld: boolean }
  | { readonly kind: 'freeze'; readonly tab: number; readonly forMs: number }
  | { readonly kind: 'partition' | 'diskFull'; readonly forMs: number }
  /** The server says "later" to everybody; or it is an older one, which does not know drafts. */
  | { readonly kind: 'later' | 'oldServer'; readonly forMs: number }
  /** So many of the next calls of the storage fail. */
  | { readonly kind: 'hiccups'; readonly times: number }
  | { readonly kind: 'clockJump'; readonly byMs: number }
  | { readonly kind: 'signIn'; readonly principal: string | undefined }
  | { readonly kind: 'retryDead' | 'discardDead' }
  /**
   * A person makes a thing, or does something to one of those that the device has: which one, `choice` says. Several
   * deeds are one batch.
   */
  | {
      readonly kind: 'thing';
      readonly tab: number;
      readonly deeds: readonly ThingDeed[];
      readonly choice: number;
      readonly fate: 'good' | 'refused';
    }
  /** A person looks through the queue, and asks for what is somebody else's. */
  | { readonly kind: 'look'; readonly tab: number }
  /** The monitor of the device says something else, whatever is true. */
  | { readonly kind: 'hint'; readonly state: NetworkState }
);

/** One change that the simulated user makes. */
export interface PlannedChange {
  readonly entity: string | undefined;
  readonly kind: string;
  /** Of an operation of a caller's own, or of a thing. */
  readonly payload?: unknown;
  /** @defaultValue the next one of its tab */
  readonly id?: string;
  readonly priority: number;
  /**
   * What becomes of it on the way: the server takes it, refuses it, or fails on it always; a gateway lets it never
   * through; the transport throws.
   */
  readonly fate: 'good' | 'refused' | 'failing' | 'gateway' | 'throwing';
  /** Sent against the version that the device saw last. */
  readonly guarded: boolean;
  /** Depends on the change of the device that was enqueued before. */
  readonly depends: boolean;
  /** Names the next change of its batch as one that it depends on, before that is there: it holds nothing. */
  readonly namesNext: boolean;
  readonly delayMs: number;
  readonly expiresInMs: number | undefined;
}

/** When the faults end; what was planned happens before. */
export const FAULTS_END_MS = 480_000;
/** How long a server asks everybody to wait at most, or stays an older one; beyond the end of the other faults. */
const MAX_LATER_MS = 1_800_000;

export interface World {
  readonly devices: number;
  readonly tabs: number;
  readonly maxBatchSize: number;
  readonly keepsOrder: boolean;
  /** The server takes every tab of a device for whoever signed in on it last, as with a cookie. */
  readonly sharesCookie: boolean;
  /** Whether the devices have a monitor of the network. It knows nothing, and says what it says. */
  readonly monitor: 'none' | 'offline' | 'changing';
  /** How far ahead the clock of the first device is from the start, in milliseconds. */
  readonly aheadMs: number;
}

const YEAR_MS = 31_536_000_000;

export function planWorld(random: SeededRandom): World {
  return {
    devices: 1 + random.below(2),
    tabs: 1 + random.below(3),
    maxBatchSize: random.pick([1, 1, 4, 10]),
    keepsOrder: random.chance(0.4),
    sharesCookie: random.chance(0.4),
    monitor: random.pick(['none', 'none', 'none', 'offline', 'changing']),
    aheadMs: random.chance(0.2) ? YEAR_MS : 0,
  };
}

/** Everything that the users and the bad day do, in order of time. */
export function planEvents(random: SeededRandom, world: World): readonly PlannedEvent[] {
  const events: PlannedEvent[] = [];
  const add = (times: number, make: (at: number, device: number) => PlannedEvent): void => {
    for (let i = 0; i < times; i++)
      events.push(make(random.below(FAULTS_END_MS - 20_000), random.below(world.devices)));
  };
  const tab = (): number => random.below(world.tabs);
  add(12 + random.below(14), (at, device) => ({
    at,
    device,
    kind: 'enqueue',
    tab: tab(),
    changes: changes(random),
  }));
  add(4 + random.below(4), (at, device) => ({ at, device, kind: 'crash', tab: tab() }));
  add(7 + random.below(4), (at, device) => ({
    at,
    device,
    kind: 'restart',
    tab: tab(),
    isOld: random.chance(0.2),
  }));
  add(1 + random.below(3), (at, device) => ({
    at,
    device,
    kind: 'freeze',
    tab: tab(),
    forMs: 5_000 + random.below(150_000),
  }));
  add(1 + random.below(3), (at, device) => ({
    at,
    device,
    kind: 'partition',
    forMs: 2_000 + random.below(90_000),
  }));
  add(12, (at, device) => ({ at, device, kind: 'hiccups', times: 3 + random.below(3) }));
  add(random.below(2), (at, device) => ({
    at,
    device,
    kind: 'diskFull',
    forMs: 1_000 + random.below(60_000),
  }));
  for (const kind of ['later', 'oldServer'] as const)
    if (random.chance(0.15))
      add(1, (at, device) => ({ at, device, kind, forMs: 10_000 + random.below(MAX_LATER_MS) }));
  add(random.below(3), (at, device) => ({
    at,
    device,
    kind: 'clockJump',
    byMs: (random.chance(0.5) ? 1 : -1) * (1_000 + random.below(3_600_000)),
  }));
  add(random.below(3), (at, device) => ({ at, device, kind: 'signIn', principal: principal(random) }));
  add(random.below(2), (at, device) => ({ at, device, kind: random.pick(['retryDead', 'discardDead']) }));
  add(random.below(9), (at, device) => ({
    at,
    device,
    kind: 'thing',
    tab: tab(),
    deeds: random.pick(DEEDS),
    choice: random.below(100),
    fate: random.chance(0.25) ? 'refused' : 'good',
  }));
  add(2, (at, device) => ({ at, device, kind: 'look', tab: tab() }));
  if (world.monitor === 'changing')
    add(8, (at, device) => ({ at, device, kind: 'hint', state: random.pick(['online', 'offline']) }));
  return events.sort((a, b) => a.at - b.at);
}

/** Most of what is made is used. */
const DEEDS: readonly (readonly ThingDeed[])[] = [
  ['make'],
  ['make', 'part'],
  ['make', 'change', 'drop'],
  ['change'],
  ['part'],
  ['drop'],
];

function principal(random: SeededRandom): string | undefined {
  return random.chance(0.3) ? undefined : random.pick(['anna', 'ben']);
}

function changes(random: SeededRandom): readonly PlannedChange[] {
  const batch = Array.from({ length: random.chance(0.3) ? 1 + random.below(5) : 1 }, () => change(random));
  return batch.map((one, at) => {
    const next = batch[at + 1];
    const namesNext = next !== undefined && random.chance(0.1);
    return { ...one, namesNext };
  });
}

function change(random: SeededRandom): Omit<PlannedChange, 'namesNext'> {
  const fate = random.below(100);
  const entity = random.chance(0.75) ? `e${random.below(4)}` : undefined;
  return {
    entity,
    kind: entity === undefined ? 'log' : random.pick(['edit', 'edit', 'draft']),
    priority: random.pick([25, 50, 75, 100]),
    fate:
      fate < 90 ? 'good' : fate < 94 ? 'refused' : fate < 96 ? 'failing' : fate < 98 ? 'gateway' : 'throwing',
    guarded: random.chance(0.3),
    depends: random.chance(0.1),
    delayMs: random.chance(0.1) ? random.below(60_000) : 0,
    expiresInMs: entity === undefined && random.chance(0.2) ? 1 + random.below(120_000) : undefined,
  };
}
