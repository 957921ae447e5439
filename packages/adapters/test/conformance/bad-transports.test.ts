import { expect, test } from '@jest/globals';
import type { DeliveryOutcome, Operation, Transport } from '@cpc/sync-core';
import { toNodeHandler } from '@cpc/server';
import { transportCases } from '@cpc/testing';
import { startFaultProxy } from '@cpc/testing/proxy';
import { FetchTransport, type FetchTransportOptions } from '../../src/index.js';
import { listen } from '../live-receiver.js';
import { MAX_BYTES } from './open-conformance-receiver.js';
import { transportHarness } from './transport-harness.js';

/** What is wrong with a transport: an option that takes a check away, or something around its sends. */
interface Defect {
  readonly options?: Partial<FetchTransportOptions>;
  readonly around?: (send: Transport['send']) => Transport['send'];
}

const changed =
  (change: (operation: Operation) => Partial<Operation>): NonNullable<Defect['around']> =>
  (send) =>
  (operations, context) =>
    send(
      operations.map((operation) => ({ ...operation, ...change(operation) })),
      context,
    );

const answering =
  (change: (outcome: DeliveryOutcome) => DeliveryOutcome): NonNullable<Defect['around']> =>
  (send) =>
  async (operations, context) =>
    (await send(operations, context)).map(change);

const platform = (init?: RequestInit) => (input: RequestInfo | URL, given?: RequestInit) =>
  fetch(input, { ...given, ...init });

/** Each defect, and a case of the suite that must find it. */
const DEFECTS: readonly (readonly [string, string, Defect])[] = [
  ['believes every answer', 'a captive portal’s page is', { options: { recognise: () => true } }],
  ['believes another’s answer', 'an answer to another operation', { options: { recognise: () => true } }],
  ['follows redirects', 'a redirect to another', { options: { fetch: platform({ redirect: 'follow' }) } }],
  ['cannot be aborted', 'a request that hangs ends', { options: { fetch: platform({ signal: null }) } }],
  [
    'gives every attempt a key of its own',
    'a repeat is acknowledged as',
    { around: changed(({ id, attempts }) => ({ id: attempts === 0 ? id : `${id}-${attempts}` })) },
  ],
  [
    'writes payloads anew',
    'a lost answer is',
    {
      around: changed(({ attempts, payload, payloadJson }) => ({
        payloadJson: attempts === 0 ? payloadJson : JSON.stringify(payload),
      })),
    },
  ],
  [
    'sends everything in one name',
    'somebody whom the server does not take',
    { around: changed(() => ({ principal: 'ann' })) },
  ],
  [
    'loses what conflicts carry',
    'another version is',
    { around: changed(() => ({ baseVersion: undefined })) },
  ],
  [
    'gives up what may come again',
    '500 is',
    {
      around: answering((outcome) =>
        outcome.kind === 'retry' ? { kind: 'rejected', reason: outcome.reason } : outcome,
      ),
    },
  ],
  [
    'counts outages as answers',
    'a lost request is',
    {
      around: answering((outcome) =>
        outcome.kind === 'unreachable' ? { kind: 'retry', reason: outcome.reason } : outcome,
      ),
    },
  ],
  [
    'does not hear how long to wait',
    '429 with seconds',
    {
      around: answering((outcome) =>
        outcome.kind === 'retry' ? { kind: 'retry', reason: outcome.reason } : outcome,
      ),
    },
  ],
  ['drops results', 'acknowledges what', { around: answering(({ kind }) => ({ kind }) as DeliveryOutcome) }],
  [
    'loses where a change stands',
    'tells where a change stands',
    {
      around: answering((outcome) => {
        const { position: _, ...rest } = outcome as DeliveryOutcome & { readonly position?: string };
        return rest;
      }),
    },
  ],
  [
    'forgets an outcome',
    'a lost request is',
    { around: (send) => async (operations, context) => (await send(operations, context)).slice(1) },
  ],
  [
    'sends though it is too late',
    'a signal that is aborted already',
    {
      around: (send) => (operations) => send(operations, { signal: new AbortController().signal }),
    },
  ],
  [
    'looks at no lease before bytes leave',
    'looks whether its operations may still leave',
    {
      around:
        (send) =>
        (operations, { signal }) =>
          send(operations, { signal }),
    },
  ],
  [
    'keeps the server’s time to itself',
    'tells the server’s time, as soon as it answered that a change is refused',
    {
      around:
        (send) =>
        (operations, { signal }) =>
          send(operations, { signal }),
    },
  ],
  [
    'believes whatever clock it hears',
    'a captive portal says nothing',
    {
      around: (send) => (operations, context) => {
        context.heardTime?.(0);
        return send(operations, context);
      },
    },
  ],
  [
    'says not whose operations it sends',
    'tells whose operations it sends',
    {
      options: {
        fetch: (input, init) => {
          const headers = new Headers(init?.headers);
          headers.delete('sync-principal');
          return fetch(input, { ...init, headers });
        },
      },
    },
  ],
  [
    'gives up what a newer server knows',
    'a kind that the server does not know yet',
    {
      around: answering((outcome) =>
        outcome.kind === 'retry' ? { kind: 'rejected', reason: outcome.reason } : outcome,
      ),
    },
  ],
  [
    'keeps credentials',
    'keeps no credentials',
    {
      options: {
        credentials: (principal) => ({ authorization: `Bearer ${principal ?? ''}` }),
      },
    },
  ],
];

test.each(DEFECTS)(
  'a transport that %s is found out',
  async (_, name, { options, around }) => {
    const makeHarness = () =>
      transportHarness({
        serve: (receiver) => listen(toNodeHandler(receiver)),
        startProxy: (target, plan) => startFaultProxy({ target, plan }),
        connect: (origin, credentials) => {
          const endpoint = `${origin}/operations`;
          const transport = new FetchTransport({ endpoint, credentials, timeoutMs: 30_000, ...options });
          const send: Transport['send'] = (operations, context) => transport.send(operations, context);
          return { transport: { maxBatchSize: 1, keepsOrder: true, send: around?.(send) ?? send } };
        },
        maxPayloadBytes: MAX_BYTES.single,
        boundMs: 3_000,
      });
    const found = transportCases(makeHarness).filter((one) => one.name.startsWith(name));
    expect(found).toHaveLength(1);
    await expect(found[0]!.run()).rejects.toThrow();
  },
  60_000,
);
