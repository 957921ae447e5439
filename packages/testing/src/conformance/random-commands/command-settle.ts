import type { IdAssignment, NewOperation, OutcomeKind, Settlement } from '@cpc/sync-core';
import { inheritOrigin } from '@cpc/sync-core/storage-kit';
import { show } from '../assert.js';
import type { ModelEntry } from '../model/model-entry.js';
import { someClaim } from './command-claim.js';
import type { Command } from './command.js';
import type { World } from './world.js';

const failure = { code: 'REJECTED', message: 'no' };

/** Settles a whole claim, as a worker does: within a lane nothing is delivered behind a failure. */
export function settleCommand(world: World): Command | undefined {
  const number = someClaim(world);
  if (number === undefined) return undefined;
  const failed = new Set<string>();
  const settlements = (world.claims[number] ?? []).map((id): Settlement => {
    const entry = world.entries.find(({ operation }) => operation.id === id);
    const { entity, principal } = entry?.operation ?? {};
    const lane = entity === undefined ? id : `${entity} of ${principal ?? 'nobody'}`;
    if (failed.has(lane)) return { id, kind: 'release', sent: false };
    const settlement = withOutcome(world, randomSettlement(world, id, entry));
    if (settlement.kind !== 'remove') failed.add(lane);
    return settlement;
  });
  if (world.random.chance(0.8)) world.claims[number] = [];
  return {
    text: `settle claim ${number} ${show(settlements)}`,
    run: (storage, tokens) => storage.settle(tokens[number] ?? 0, settlements),
  };
}

function randomSettlement(world: World, id: string, entry: ModelEntry | undefined): Settlement {
  const { random, now } = world;
  const attempt = { attempt: { startedAt: now, durationMs: random.below(50), outcome: 'some' } };
  const counts = random.chance(0.5);
  const delayMs = random.below(150);
  switch (random.below(9)) {
    case 0:
      return { id, kind: 'reschedule', dueAt: now + delayMs, delayMs, counts, ...attempt };
    case 1:
      return { id, kind: 'release', sent: random.chance(0.5) };
    case 2:
      return {
        id,
        kind: 'hold',
        state: random.pick(['parked', 'deadLetter']),
        failure,
        counts,
        ...(random.chance(0.6) && { afterFailure: random.pick(['hold', 'skip', 'supersede']) }),
      };
    case 3:
      return entry === undefined
        ? { id, kind: 'remove' }
        : { id, kind: 'replace', operation: successor(world, entry.operation), ...attempt };
    default:
      return {
        id,
        kind: 'remove',
        ...assignment(world),
        ...(random.chance(0.3) && { version: { from: 'v0', to: random.pick(['v0', 'v1']) } }),
      };
  }
}

/** What is to be kept, more often than not. */
function withOutcome({ random, now: at }: World, settlement: Settlement): Settlement {
  if (random.chance(0.3)) return settlement;
  const told = (outcome: OutcomeKind): Settlement => ({
    ...settlement,
    outcome: { outcome, kind: 'test.kind', at },
  });
  switch (settlement.kind) {
    case 'remove':
      return settlement.assign || settlement.version || random.chance(0.7)
        ? told('acknowledged')
        : told(random.pick(['expired', 'superseded']));
    case 'hold':
      return told(settlement.state === 'parked' ? settlement.state : 'deadLettered');
    default:
      return settlement;
  }
}

/** Another operation for the place of this one, with a new id or the same. */
export function successor(world: World, before: NewOperation): NewOperation {
  const { random } = world;
  return {
    ...before,
    id: random.chance(0.5) ? before.id : world.newId(),
    payload: JSON.stringify({ value: random.below(9), after: before.id }),
    references: random.chance(0.5) ? inheritOrigin(before, []) : [],
    rank: random.below(6),
    scheduledAt: before.createdAt,
  };
}

function assignment({ random }: World): { readonly assign?: IdAssignment } {
  if (random.chance(0.85)) return {};
  const which = random.below(3);
  return { assign: { from: `tmp${which}`, to: `real${which}` } };
}
