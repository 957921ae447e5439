import { type DeliveryOutcome, type Operation, systemClock } from '@cpc/sync-core';
import { always } from '../../faults/fault-plan.js';
import { ok } from '../../faults/fault.js';
import { assert, assertEqual, ConformanceFailure, show } from '../assert.js';
import type { ConformanceWrite, TransportEffect, TransportHarness } from './transport-harness.js';

/** A case before it is bound to a harness. */
export interface TransportCase {
  readonly name: string;
  readonly body: (harness: TransportHarness) => Promise<void>;
  /** Whether it says anything about this transport; always where absent. */
  readonly concerns?: (harness: TransportHarness) => boolean;
}

/** An operation of ann's whose payload says what the server answers. */
export function write(
  id: string,
  answer: ConformanceWrite['answer'] = 'applied',
  fields: Partial<Operation> = {},
): Operation {
  return operation(id, { answer, text: `Käse ${id}` }, fields);
}

/** A change of an entity with versions. */
export function rename(id: string, name: string, baseVersion?: string): Operation {
  return operation(id, { name }, { kind: 'conformance.rename', entity: 'stall', baseVersion });
}

function operation(id: string, payload: object, fields: Partial<Operation>): Operation {
  return {
    id,
    kind: 'conformance.write',
    principal: 'ann',
    payload,
    // Spaces and a number as no program would write them, so that a payload that is written anew shows.
    payloadJson: JSON.stringify(payload).replace('{', '{ "n": 1.50, '),
    priority: 50,
    version: 1,
    dependsOn: [],
    attempts: 0,
    createdAt: 1_700_000_000_000,
    scheduledAt: 1_700_000_000_000,
    timestamp: '1700000000000:0:conformance',
    ...fields,
  };
}

/** Sends, and holds the transport to what goes for every send: it answers in time, once for each operation. */
export async function send(
  harness: TransportHarness,
  operations: readonly Operation[],
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly DeliveryOutcome[]> {
  const outcomes = await inTime(harness, harness.transport.send(operations, { signal }), 'send');
  assertEqual(outcomes.length, operations.length, `outcomes of ${operations.length} operations`);
  return outcomes;
}

export async function sendOne(harness: TransportHarness, operation: Operation): Promise<DeliveryOutcome> {
  const [outcome] = await send(harness, [operation]);
  return outcome as DeliveryOutcome;
}

/** As many operations as fit into a send, two at most. */
export function pair(harness: TransportHarness): readonly Operation[] {
  return [write('a'), write('b')].slice(0, harness.transport.maxBatchSize ?? 1);
}

export function assertKinds(
  outcomes: readonly DeliveryOutcome[],
  kinds: readonly DeliveryOutcome['kind'][],
  what: string,
): void {
  assert(
    show(outcomes.map(({ kind }) => kind)) === show(kinds),
    `${what}: expected ${kinds.join(', ')}; got ${show(outcomes).slice(0, 1_000)}`,
  );
}

/** A connection that bad networks spoilt may cost a send or two more, until there is a new one. */
const MOST_REPEATS = 3;

/** The network is good from now on, the operations are sent again, and each has one effect in the end. */
export async function assertRepeats(
  harness: TransportHarness,
  operations: readonly Operation[],
): Promise<void> {
  harness.network(always(ok));
  const repeats = operations.map((operation) => ({ ...operation, attempts: operation.attempts + 1 }));
  let outcomes = await send(harness, repeats);
  for (let sends = 1; sends < MOST_REPEATS && outcomes[0]?.kind === 'unreachable'; sends++) {
    outcomes = await send(harness, repeats);
  }
  assertKinds(
    outcomes,
    operations.map(() => 'acknowledged'),
    'the repeat over a good network',
  );
  const ids = operations.map(({ id }) => id);
  assertEqual(idsOf(await harness.effects()), ids, 'effects after the repeat');
  for (const id of ids) {
    const forms = new Set(harness.sent(id));
    assertEqual(forms.size, 1, `forms in which ${id} was sent, which must be the same bytes each time`);
  }
}

export function idsOf(effects: readonly TransportEffect[]): readonly string[] {
  return effects.map(({ id }) => id);
}

/** No answer may take longer, whatever it met. */
const boundOf = ({ boundMs = 20_000 }: TransportHarness): number => boundMs;

/** Rejects where the promise does not settle within the bound. */
export async function inTime<T>(harness: TransportHarness, promise: Promise<T>, what: string): Promise<T> {
  const boundMs = boundOf(harness);
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new ConformanceFailure(`${what} did not settle within ${boundMs} ms`));
    const timer = systemClock.setTimer(late, boundMs);
    promise.then(resolve, reject).finally(() => systemClock.clearTimer(timer));
  });
}

/** Waits until it is so, for what other ends of connections do. */
export async function until(harness: TransportHarness, isSo: () => boolean, what: string): Promise<void> {
  const deadline = systemClock.monotonicMs() + boundOf(harness);
  while (!isSo()) {
    assert(systemClock.monotonicMs() < deadline, `${what}, but not within ${boundOf(harness)} ms`);
    await new Promise<void>((resolve) => void systemClock.setTimer(resolve, 5));
  }
}
