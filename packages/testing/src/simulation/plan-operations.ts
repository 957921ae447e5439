import type { SeededRandom } from '@cpc/sync-core/deterministic';
import type { SimulatedOperation } from './operations.js';
import type { PlannedChange, PlannedEvent } from './plan.js';

/** The same day, on which the users make changes of a caller's own kinds. */
export function withOperations(
  events: readonly PlannedEvent[],
  operations: readonly SimulatedOperation[],
  random: SeededRandom,
): readonly PlannedEvent[] {
  const choices = operations.flatMap((one) => Array.from({ length: one.weight ?? 1 }, () => one));
  if (choices.length === 0)
    throw new RangeError('operations: expected at least one with a weight above 0, got none');
  let number = 0;
  const change = (planned: PlannedChange): PlannedChange => {
    const { definition, payload } = random.pick(choices);
    return { ...planned, kind: definition.kind, payload: payload(random, ++number), fate: 'good' };
  };
  // Things are of the simulator's own kinds.
  const general = events.filter(({ kind }) => kind !== 'thing');
  return general.map((event) =>
    event.kind === 'enqueue' ? { ...event, changes: event.changes.map(change) } : event,
  );
}
