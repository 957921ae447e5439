import { show } from '../assert.js';
import { idsOf, T0 } from '../queue-storage/storage-case.js';
import { successor } from './command-settle.js';
import type { Command } from './command.js';
import type { World } from './world.js';

export function requeueCommand(world: World): Command {
  // Whether one that is due still counts as scheduled is left to the storage, see `viewOf`.
  const isDue = (id: string): boolean =>
    world.entries.some(
      ({ operation, wait }) => operation.id === id && wait === 'none' && operation.scheduledAt > T0,
    );
  const ids = world.someIds(4).filter((id) => !isDue(id));
  return {
    text: `requeue ${show(ids)}`,
    run: async (storage) => [...(await storage.requeue(ids, world.now))].sort(),
  };
}

export function discardCommand(world: World): Command {
  const ids = world.someIds(2);
  const options = { withFollowers: world.random.chance(0.3), at: world.now };
  return {
    text: `discard ${show(ids)} ${show(options)}`,
    run: async (storage) => {
      const gone = await storage.discard(ids, options);
      if (storage === world.model) world.discarded.push(...gone);
      return idsOf(gone);
    },
  };
}

export function replaceCommand(world: World): Command | undefined {
  if (world.entries.length === 0) return undefined;
  const { operation } = world.random.pick(world.entries);
  const next = successor(world, operation);
  return {
    text: `replace ${operation.id} by ${show(next)}`,
    run: (storage) => storage.replace(operation.id, next, world.now),
  };
}

/** Somebody signs in, or out, with what that may mean for what is there. */
export function signInCommand(world: World): Command {
  const { random } = world;
  const principal = world.principal();
  const adopt = random.chance(0.4) ? world.someIds(3) : random.chance(0.5);
  const rules = { adopt, ...(random.chance(0.1) && { purge: [world.principal()] }) };
  return {
    text: `signIn ${show(principal)} ${show(rules)}`,
    run: (storage) => storage.signIn(principal, rules),
  };
}

export function restoreCommand(world: World): Command | undefined {
  const operations = world.discarded.splice(0, 3);
  if (operations.length === 0) return undefined;
  return {
    text: `restore ${show(operations)}`,
    run: async (storage) => [...(await storage.restore(operations))].sort(),
  };
}

/** The clock is set back: first everything due is found at the old time, then waits are clamped to the new. */
export function clockBackCommand(world: World): Command {
  const before = world.now;
  world.now -= world.random.below(120);
  const { now } = world;
  return {
    text: `the clock goes back to ${now}`,
    run: async (storage) => {
      const { token, operations } = await storage.claim({ now: before, limit: 1_000, leaseMs: 1 });
      await storage.settle(
        token,
        idsOf(operations).map((id) => ({ id, kind: 'release', sent: false })),
      );
      await storage.clampTimes(now);
    },
  };
}
