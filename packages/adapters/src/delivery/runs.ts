import type { Operation } from '@cpc/sync-core';
import { batchItem } from '../wire/wire-request.js';

/** Consecutive operations that may share one request. */
export interface Run {
  /** Where they go, where a transport has several places to send to; else `''`. */
  readonly address: string;
  readonly principal: string | undefined;
  readonly operations: readonly Operation[];
}

export interface RunLimits {
  readonly maxBatchSize: number;
  readonly maxBatchBytes: number;
}

/**
 * Cuts a send into runs of one principal and one address, each within the limits. Consecutive, so that
 * sending run after run keeps the order.
 */
export function runsOf(
  operations: readonly Operation[],
  limits: RunLimits,
  addressOf: (operation: Operation) => string = () => '',
): readonly Run[] {
  const runs: { address: string; principal: string | undefined; operations: Operation[]; bytes: number }[] =
    [];
  for (const operation of operations) {
    const address = addressOf(operation);
    const bytes = limits.maxBatchSize === 1 ? 0 : utf8Length(batchItem(operation)) + 1;
    const run = runs.at(-1);
    if (
      run !== undefined &&
      run.principal === operation.principal &&
      run.address === address &&
      run.operations.length < limits.maxBatchSize &&
      run.bytes + bytes < limits.maxBatchBytes
    ) {
      run.operations.push(operation);
      run.bytes += bytes;
    } else {
      runs.push({ address, principal: operation.principal, operations: [operation], bytes });
    }
  }
  return runs;
}

const encoder = new TextEncoder();

function utf8Length(text: string): number {
  return encoder.encode(text).byteLength;
}
