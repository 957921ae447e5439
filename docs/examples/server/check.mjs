// #region check
import { endpointCases } from '@cpc/server/conformance';

/** Whether an endpoint, in whatever language, keeps the protocol. */
export async function check(origin, countStalls) {
  const cases = endpointCases({
    endpoint: `${origin}/operations`,
    principals: [{ authorization: 'Bearer ann' }, { authorization: 'Bearer ben' }],
    kind: 'stall.rename',
    payload: (number) => ({ name: `Stall ${number}` }),
    refusedPayload: { name: 7 },
    effects: countStalls,
    supports: { authentication: true, batches: true },
  });
  const wrong = [];
  for (const { name, run } of cases) {
    await run().catch((error) => wrong.push(`${name}: ${error.message}`));
  }
  return { checked: cases.length, wrong };
}
// #endregion
