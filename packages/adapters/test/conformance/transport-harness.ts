import { systemClock, type Transport } from '@cpc/sync-core';
import {
  always,
  type Fault,
  type FaultHistory,
  type FaultPlan,
  type Forgery,
  ok,
  type TransportHarness,
} from '@cpc/testing';
import { listen, type LiveServer } from '../live-receiver.js';
import { type ConformanceReceiver, openConformanceReceiver } from './open-conformance-receiver.js';

/** What the transports differ in. */
export interface TransportSetting {
  readonly serve: (receiver: ConformanceReceiver['receiver']) => Promise<LiveServer>;
  /** Stands before the server, as the plan says. */
  readonly startProxy: (target: string, plan: FaultPlan) => Promise<NetworkProxy>;
  readonly connect: (origin: string, credentials: Credentials) => ConnectedTransport;
  /** The largest payload that the server takes on this way. */
  readonly maxPayloadBytes: number;
  /** How long anything may take, in milliseconds. @defaultValue the suite's */
  readonly boundMs?: number;
  /** Faults and forgeries that are not played on this way. @defaultValue none */
  readonly without?: readonly (Fault['kind'] | Forgery)[];
}

export interface NetworkProxy {
  readonly origin: string;
  readonly history: FaultHistory;
  readonly underWay: number;
  close(): Promise<void>;
}

export type Credentials = (principal: string | undefined) => Readonly<Record<string, string>> | undefined;

/** A transport, and what to do when it is used no more. */
export interface ConnectedTransport {
  readonly transport: Transport;
  readonly close?: () => void;
}

const FAULTS: readonly Fault['kind'][] = [
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
];

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
export async function transportHarness(setting: TransportSetting): Promise<TransportHarness> {
  const { without = [] } = setting;
  const receiver = openConformanceReceiver();
  const server = await setting.serve(receiver.receiver);
  let strays = 0;
  const elsewhere = await listen((_request, response) => {
    strays++;
    response.end('{}');
  });
  let plan: FaultPlan = always(ok);
  const proxy = await setting.startProxy(server.origin, (moment) => plan(moment));
  const signedIn = new Set(['ann', 'bob']);
  const actors = new Map<string, string>();
  const { transport, close } = setting.connect(proxy.origin, (principal = '') =>
    signedIn.has(principal) ? { authorization: `Bearer ${actors.get(principal) ?? principal}` } : undefined,
  );
  return {
    transport,
    supports: {
      faults: FAULTS.filter((kind) => !without.includes(kind)),
      forgeries: FORGERIES.filter((how) => !without.includes(how)),
      maxPayloadBytes: setting.maxPayloadBytes,
    },
    ...(setting.boundMs !== undefined && { boundMs: setting.boundMs }),
    network: (next) => (plan = next),
    effects: () => Promise.resolve(receiver.effects()),
    sent: (id) => sentOf(proxy.history, id),
    underWay: () => proxy.underWay,
    signedIn,
    actAs: (principal, other) => void actors.set(principal, other),
    time: () => systemClock.now(),
    hold: () => receiver.hold(),
    elsewhere: { origin: elsewhere.origin, requests: () => strays },
    async dispose() {
      close?.();
      // The first may tell of a defect in the plan or the protocol.
      await proxy.close().finally(async () => {
        await server[Symbol.asyncDispose]();
        await elsewhere[Symbol.asyncDispose]();
        receiver.close();
      });
    },
  };
}

function sentOf(history: FaultHistory, id: string): readonly string[] {
  const carried = history.attempts(id).flatMap(({ operations }) => operations);
  return carried.filter((operation) => operation.id === id).map(({ bytes }) => bytes);
}
