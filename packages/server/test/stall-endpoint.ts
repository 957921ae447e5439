import type { EndpointHarness } from '../src/conformance.js';

export type Receive = (request: Request) => Promise<Response>;

/** What the suite needs of a stall, on whatever database. */
interface StallLike {
  readonly receiver: { readonly receive: Receive };
  effects(): readonly string[] | Promise<readonly string[]>;
}

/** A stall's receiver as the suite sees an endpoint, with something between that may change what goes through. */
export function endpointOf(
  stall: StallLike,
  between: (request: Request, receive: Receive) => Promise<Response> = (request, receive) => receive(request),
): EndpointHarness {
  return {
    endpoint: 'https://stall.example/operations',
    principals: [{ authorization: 'ann' }, { authorization: 'bob' }],
    names: ['ann', 'bob'],
    kind: 'add',
    payload: (number) => ({ name: `name ${number}` }),
    refusedPayload: { name: 'refused' },
    effects: async () => (await stall.effects()).length,
    versioned: { kind: 'rename', entity: 'stall/ä', payload: (number) => ({ name: `name ${number}` }) },
    supports: { authentication: true, batches: true },
    fetch: (request) => between(request, stall.receiver.receive),
  };
}
