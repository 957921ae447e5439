// #region check
import { endpointCases } from '@cpc/server/conformance';

/** Whether an endpoint, in whatever language, keeps the protocol. */
export async function check(origin: string, countStalls: () => Promise<number>) {
  const cases = endpointCases({
    endpoint: `${origin}/operations`,
    principals: [{ authorization: 'Bearer ann' }, { authorization: 'Bearer ben' }],
    kind: 'stall.rename',
    payload: (number) => ({ name: `Stall ${number}` }),
    refusedPayload: { name: 7 },
    effects: countStalls,
    supports: { authentication: true, batches: true },
  });
  const wrong: string[] = [];
  for (const { name, run } of cases) {
    await run().catch((error: unknown) => wrong.push(`${name}: ${String(error)}`));
  }
  return { checked: cases.length, wrong };
}
// #endregion
