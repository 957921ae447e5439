import {
  ok,
  always,
  type FaultPlan,
  type Forgery,
  type TransportHarness,
  type WireProtocol,
} from '@cpc/testing';
import { startFaultProxy, startHttp2FaultProxy } from '@cpc/testing/proxy';
import type { Transport } from '@cpc/sync-core';
import { listen, type LiveServer } from '../live-receiver.js';
import { type ConformanceReceiver, openConformanceReceiver } from './open-conformance-receiver.js';

/** What a transport on HTTP differs in. */
export interface HttpSetting {
  readonly version: 1 | 2;
  readonly serve: (receiver: ConformanceReceiver['receiver']) => Promise<LiveServer>;
  readonly protocol?: WireProtocol;
  /** Forgeries that are not played on this way; none where absent. */
  readonly unforged?: readonly Forgery[];
  /** The largest payload that the server takes on this way. */
  readonly maxPayloadBytes: number;
  readonly connect: (
    origin: string,
    credentials: (principal: string | undefined) => Record<string, string> | undefined,
  ) => Transport;
}

const FORGERIES: readonly Forgery[] = [
  'truncated',
  'otherKey',
  'tooMany',
  'tooFew',
  'empty',
  'notJson',
  'huge',
];

/** A transport, a fault proxy, and the real receiver on a real server, for the suite. */
export async function httpHarness(setting: HttpSetting): Promise<TransportHarness> {
  const receiver = openConformanceReceiver();
  const server = await setting.serve(receiver.receiver);
  let strays = 0;
  const elsewhere = await listen((_request, response) => {
    strays++;
    response.end('{}');
  });
  let plan: FaultPlan = always(ok);
  const start = setting.version === 1 ? startFaultProxy : startHttp2FaultProxy;
  const proxy = await start({
    target: server.origin,
    plan: (moment) => plan(moment),
    ...(setting.protocol && { protocol: setting.protocol }),
  });
  const signedIn = new Set(['ann', 'bob']);
  return {
    transport: setting.connect(proxy.origin, (principal = '') =>
      signedIn.has(principal) ? { authorization: `Bearer ${principal}` } : undefined,
    ),
    supports: {
      faults: [
        'requestLost',
        'answerLost',
        'duplicate',
        'halfAnswer',
        'hang',
        'busy',
        'serverError',
        'keyInUse',
        'signedOut',
        'captivePortal',
        'badGateway',
        'redirect',
      ],
      forgeries: FORGERIES.filter((how) => setting.unforged?.includes(how) !== true),
      maxPayloadBytes: setting.maxPayloadBytes,
    },
    network: (next) => (plan = next),
    effects: () => Promise.resolve(receiver.effects()),
    sent: (id) =>
      proxy.history
        .attempts(id)
        .flatMap(({ operations }) =>
          operations.filter((operation) => operation.id === id).map(({ bytes }) => bytes),
        ),
    underWay: () => proxy.underWay,
    signedIn,
    hold: () => receiver.hold(),
    elsewhere: { origin: elsewhere.origin, requests: () => strays },
    async dispose() {
      // The first may tell of a defect in the plan or the protocol.
      await proxy.close().finally(async () => {
        await server[Symbol.asyncDispose]();
        await elsewhere[Symbol.asyncDispose]();
        receiver.close();
      });
    },
  };
}
