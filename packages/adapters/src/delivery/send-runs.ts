import type { DeliveryOutcome, Operation } from '@cpc/sync-core';
import { defectOf, type DefectTeller } from './defect.js';
import { unsendable } from '../wire/wire-request.js';
import { Delivery } from './delivery.js';
import type { Run } from './runs.js';

/**
 * What one request met: an outcome for each of its operations; one for all of them; or `halve` where the
 * receiver refused the batch as a whole, and may take its halves.
 */
export type RunResult = readonly DeliveryOutcome[] | DeliveryOutcome | 'halve';

/**
 * Sends operations run after run, and nothing behind a failed operation of its own entity. When a run met no
 * answer, none after it is tried: the network is gone for them too. A run at which the transport fails by itself is
 * halved, until the operation that provokes it is alone.
 *
 * @param teller - told of such a failure
 * @returns one outcome per operation, in order
 */
export async function sendRuns(
  operations: readonly Operation[],
  cut: (operations: readonly Operation[]) => readonly Run[],
  deliver: (run: Run) => Promise<RunResult>,
  teller: DefectTeller,
): Promise<readonly DeliveryOutcome[]> {
  const delivery = new Delivery(operations);
  for (const operation of operations) {
    const message = unsendable(operation);
    if (message === undefined) continue;
    delivery.record(operation, { kind: 'rejected', reason: { code: 'OPERATION_INVALID', message } });
  }
  const waiting = [...cut(delivery.free(operations))];
  for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
    const free = { ...run, operations: delivery.free(run.operations) };
    if (free.operations.length === 0) continue;
    const met = await deliver(free).catch((error: unknown) => failed(free, error, teller));
    if (met === 'halve') waiting.unshift(...halvesOf(free));
    else if (isOutcome(met))
      delivery.recordAll(met.kind === 'unreachable' ? operations : free.operations, met);
    else free.operations.forEach((operation, index) => delivery.record(operation, met[index]));
  }
  return delivery.outcomes();
}

function failed({ operations }: Run, error: unknown, teller: DefectTeller): RunResult {
  const defect = defectOf(error);
  teller.tell(defect);
  const { code, message } = defect;
  return operations.length > 1 ? 'halve' : { kind: 'retry', reason: { code, message } };
}

function halvesOf(run: Run): readonly Run[] {
  const middle = Math.ceil(run.operations.length / 2);
  return [run.operations.slice(0, middle), run.operations.slice(middle)].map((operations) => ({
    ...run,
    operations,
  }));
}

function isOutcome(met: readonly DeliveryOutcome[] | DeliveryOutcome): met is DeliveryOutcome {
  return !Array.isArray(met);
}
