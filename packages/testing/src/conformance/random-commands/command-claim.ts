import type { ClaimRequest, StoredOperation } from '@cpc/sync-core';
import { show } from '../assert.js';
import { idsOf } from '../queue-storage/storage-case.js';
import type { Command } from './command.js';
import type { World } from './world.js';

export function claimCommand(world: World): Command {
  const { random } = world;
  const batched = random.chance(0.3);
  const request: ClaimRequest = {
    now: world.now,
    limit: batched ? 1_000 : 1 + random.below(5),
    leaseMs: 20 + random.below(200),
    ...(batched && { perEntity: 2 + random.below(2) }),
    ...world.principals(),
    ...world.knows(),
    ...(random.chance(0.2) && { signedIn: { principal: world.principal() } }),
  };
  const number = world.claims.length;
  return {
    text: `claim ${show(request)} ${show([...(request.knows ?? [])])}`,
    run: async (storage, tokens) => {
      const { token, operations, signedIn } = await storage.claim(request);
      tokens[number] = token;
      world.claims[number] = [...idsOf(operations)];
      // How the followers of several lanes interleave is left to the storage.
      return [signedIn, batched ? byLane(operations) : idsOf(operations)];
    },
  };
}

function byLane(operations: readonly StoredOperation[]): unknown {
  const lanes: Record<string, string[]> = {};
  for (const { id, entity, principal } of operations) {
    const lane = entity === undefined ? `alone:${id}` : `${entity} of ${principal ?? 'nobody'}`;
    (lanes[lane] ??= []).push(id);
  }
  return lanes;
}

/** Extends the lease of some operations of some claim, perhaps one that lost them. */
export function renewCommand(world: World): Command | undefined {
  const number = someClaim(world);
  if (number === undefined) return undefined;
  const ids = (world.claims[number] ?? []).filter(() => world.random.chance(0.7));
  const leaseMs = 50 + world.random.below(100);
  return {
    text: `renew claim ${number} ${show(ids)} for ${leaseMs}`,
    run: async (storage, tokens) => {
      const held = await storage.renew(tokens[number] ?? 0, ids, world.now + leaseMs, leaseMs);
      return [...held].sort();
    },
  };
}

/** The number of a claim that received something, more likely a late one. */
export function someClaim({ claims, random }: World): number | undefined {
  const numbers = claims.map((_, number) => number).filter((number) => claims[number]?.length);
  return numbers.length === 0 ? undefined : random.pick(numbers.slice(-4));
}
