import { always } from '../faults/fault-plan.js';
import { ok } from '../faults/fault.js';
import type { ConformanceCase } from './conformance-case.js';
import { answerCases } from './transport/answer-cases.js';
import { credentialCases } from './transport/credential-cases.js';
import { faultCases } from './transport/fault-cases.js';
import { orderCases } from './transport/order-cases.js';
import { timeCases } from './transport/time-cases.js';
import type { TransportHarness } from './transport/transport-harness.js';

const CASES = [...answerCases, ...orderCases, ...credentialCases, ...timeCases, ...faultCases];

/**
 * The contract of the `Transport` port as executable cases, for any runner, against a real server:
 *
 * ```ts
 * for (const { name, run } of transportCases(makeHarness)) test(name, run);
 * ```
 *
 * Each case makes a harness of its own and disposes of it. What the harness's network cannot show it declares in
 * its `supports`; a case that needs it says nothing about this transport and passes.
 */
export function transportCases(
  makeHarness: () => TransportHarness | Promise<TransportHarness>,
): readonly ConformanceCase[] {
  return CASES.map(({ name, body, concerns }) => ({
    name,
    run: async () => {
      const harness = await makeHarness();
      try {
        harness.network(always(ok));
        if (concerns?.(harness) ?? true) await body(harness);
      } finally {
        await harness.dispose();
      }
    },
  }));
}
