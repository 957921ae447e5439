import type { StoredOperation } from '@cpc/sync-core';
import type { SimDevice } from './device.js';
import { NO_FAULTS } from './fault-rates.js';
import type { SimulatedWorld } from './simulated-world.js';

const CHUNK_MS = 60_000;
/** From the end of the faults, everything that may go is gone after this. */
const MAX_HEAL_MS = 3 * 3_600_000;
/** Nothing waits this long for an operation of another entity that always fails. */
const MAX_ISOLATED_MS = 20 * 60_000;

type GoesOn = () => boolean;

/** Ends the faults and expects the rest of the day to be good: everything that may go is delivered. */
export async function heal(world: SimulatedWorld, goesOn: GoesOn): Promise<void> {
  world.trace(undefined, () => 'the faults end');
  world.storageFaults.rates = NO_FAULTS;
  world.networkFaults.rates = NO_FAULTS;
  for (const device of world.devices) {
    device.cutUntil = 0;
    device.diskFullUntil = 0;
    device.hiccups = 0;
    for (const [at, tab] of device.tabs.entries()) {
      // The app was updated everywhere.
      if (tab?.isOld === true) device.crash(at);
      else if (tab !== undefined) tab.owner.frozenUntil = 0;
      device.open(at);
    }
  }
  await world.scheduler.runUntil(Math.max(world.laterUntil, world.oldServerUntil), goesOn);
  // Nobody does anything yet: what renews a sign-in said no to nobody.
  for (const device of world.devices) await deliver(world, device.principal, goesOn, device);
  if (!goesOn()) return;
  for (const principal of [undefined, 'anna', 'ben']) {
    for (const device of world.devices) signIn(device, principal);
    await deliver(world, principal, goesOn);
    if (!goesOn()) return;
  }
  for (const { storage } of world.devices) world.witness.left((await storage.list({ limit: 10_000 })).items);
  await giveUpHeld(world, goesOn);
}

function signIn(device: SimDevice, principal: string | undefined): void {
  device.signIn(principal);
  for (const tab of device.tabs) {
    tab?.worker.resume();
    tab?.worker.resume(principal);
  }
}

/** Lets time pass until nothing is left that this principal's session could deliver. */
async function deliver(
  world: SimulatedWorld,
  principal: string | undefined,
  goesOn: GoesOn,
  ...only: readonly SimDevice[]
): Promise<void> {
  const { scheduler, referee } = world;
  const began = scheduler.now;
  for (;;) {
    await scheduler.runUntil(scheduler.now + CHUNK_MS, goesOn);
    if (!goesOn()) return;
    const left = await deliverable(world, principal, only.length > 0 ? only : world.devices);
    // An answer of "later" speaks against an operation only while the server takes others.
    if (left.every((one) => isFailing(world, one))) return;
    const spentMs = scheduler.now - began;
    const isolated = left.find((one) => world.isGood(one));
    if (spentMs > MAX_ISOLATED_MS && isolated !== undefined)
      referee.broken(
        'isolation',
        `${isolated.id} is still ${isolated.state} ${spentMs} ms after the faults ended`,
      );
    if (spentMs > MAX_HEAL_MS) referee.broken('liveness', `${left[0]?.id ?? ''} is never delivered`);
  }
}

/** What is in the queues and held by nothing but time and work. */
async function deliverable(
  world: SimulatedWorld,
  principal: string | undefined,
  devices: readonly SimDevice[],
): Promise<readonly StoredOperation[]> {
  const result: StoredOperation[] = [];
  for (const device of devices) {
    const { storage } = device;
    const { items } = await storage.list({ limit: 10_000 });
    const held = new Set<string>();
    // Behind one that always fails an operation waits rightly, until that one is a dead letter or is given up.
    const failing = new Set<string>();
    for (const operation of items) {
      const { id, state } = operation;
      const blockers = state === 'blocked' ? await storage.blockersOf(id) : [];
      const isElsewhere = operation.principal !== principal;
      // A clock that was set back does not shorten the app's own schedules; the last phase waits for them.
      const isPlanned =
        state === 'scheduled' && operation.delayMs === 0 && operation.dueAt > device.wallNow();
      if (
        state === 'parked' ||
        state === 'deadLetter' ||
        isElsewhere ||
        isPlanned ||
        blockers.some((other) => held.has(other))
      )
        held.add(id);
      else if (blockers.some((other) => failing.has(other))) failing.add(id);
      else result.push(operation);
      if (!world.isGood(operation)) failing.add(id);
    }
  }
  return result;
}

/** A person goes through what is held, until the queues are empty. */
async function giveUpHeld(world: SimulatedWorld, goesOn: GoesOn): Promise<void> {
  const { referee } = world;
  for (let round = 0; round < 200; round++) {
    let left = 0;
    for (const device of world.devices) {
      const { items } = await device.storage.list({ limit: 10_000 });
      left += items.length;
      const held = items.filter(
        (one) => one.state === 'parked' || one.state === 'deadLetter' || isFailing(world, one),
      );
      for (const { id } of await device.storage.discard(held.map(({ id }) => id))) referee.discarded(id);
      const next = items.find(({ state }) => state !== 'parked' && state !== 'deadLetter')?.principal;
      signIn(device, next);
    }
    if (left === 0) return;
    await world.scheduler.runUntil(world.scheduler.now + 10 * CHUNK_MS, goesOn);
    if (!goesOn()) return;
  }
  referee.broken('liveness', 'the queues never ran empty');
}

/** What a change meets that can never go: by the server or by a resolver that fails, and by a gateway. */
const REPEATED: ReadonlySet<string> = new Set(['retry', 'unreachable']);

/** Whether another attempt is all that ever becomes of it, and it waits for one, or behind such a one. */
function isFailing(world: SimulatedWorld, one: StoredOperation): boolean {
  const last = one.history.at(-1)?.outcome;
  const isWaiting = one.state === 'scheduled' && last !== undefined && REPEATED.has(last);
  return !world.isGood(one) && (isWaiting || one.state === 'blocked');
}
