import { always } from '../../faults/fault-plan.js';
import { captivePortal } from '../../faults/fault.js';
import { assert, assertEqual, show } from '../assert.js';
import { assertKinds, inTime, send, sendOne, type TransportCase, write } from './transport-case.js';
import type { TransportHarness } from './transport-harness.js';

const hasBatches = ({ transport }: TransportHarness): boolean => (transport.maxBatchSize ?? 1) >= 3;

const of = (principal: string, id: string) => write(id, 'applied', { principal });

/** Whose operations they are, and under whose name they travel. */
export const credentialCases: readonly TransportCase[] = [
  {
    name: 'sends each principal’s operations under their own name',
    concerns: hasBatches,
    body: async (harness) => {
      const outcomes = await send(harness, [of('ann', 'k'), of('bob', 'k'), of('ann', 'l')]);
      assertKinds(outcomes, ['acknowledged', 'acknowledged', 'acknowledged'], 'operations of two people');
      const effects = (await harness.effects()).map(({ principal, id }) => `${principal} ${id}`);
      assertEqual([...effects].sort(), ['ann k', 'ann l', 'bob k'], 'effects');
    },
  },
  {
    name: 'somebody whom the server does not take is unauthenticated',
    body: async (harness) => {
      harness.signedIn.add('mallory');
      const outcome = await sendOne(harness, of('mallory', 'k'));
      assert(outcome.kind === 'unauthenticated', `expected unauthenticated, got ${show(outcome)}`);
      assertEqual(await harness.effects(), [], 'effects');
    },
  },
  {
    name: 'tells whose operations it sends, so that the server applies none in another’s name',
    concerns: ({ actAs }) => actAs !== undefined,
    body: async (harness) => {
      harness.actAs?.('ann', 'bob');
      const outcomes = await send(
        harness,
        [of('ann', 'k'), of('ann', 'l')].slice(0, harness.transport.maxBatchSize ?? 1),
      );
      for (const outcome of outcomes) {
        assert(outcome.kind === 'unauthenticated', `expected unauthenticated, got ${show(outcome)}`);
        assertEqual(outcome.reason.code, 'PRINCIPAL_MISMATCH', 'code');
      }
      assertEqual(await harness.effects(), [], 'effects');
      harness.actAs?.('ann', 'ann');
      assertKinds([await sendOne(harness, of('ann', 'k'))], ['acknowledged'], 'under one’s own name');
    },
  },
  {
    name: 'keeps no credentials: who signs out sends nothing, and goes on after signing in',
    body: async (harness) => {
      assertKinds([await sendOne(harness, of('ann', 'a'))], ['acknowledged'], 'signed in');
      harness.signedIn.delete('ann');
      assertKinds([await sendOne(harness, of('ann', 'b'))], ['unauthenticated'], 'signed out');
      assertEqual(harness.sent('b'), [], 'what was sent while signed out');
      harness.signedIn.add('ann');
      assertKinds([await sendOne(harness, of('ann', 'b'))], ['acknowledged'], 'signed in again');
    },
  },
  {
    name: 'says whom the server takes it for, by the credentials of a send',
    concerns: ({ transport }) => transport.whoami !== undefined,
    body: async (harness) => {
      assertEqual(await whoami(harness, 'ann'), 'ann', 'signed in');
      assertEqual(await whoami(harness, 'bob'), 'bob', 'another one');
      harness.signedIn.delete('ann');
      assertEqual(await whoami(harness, 'ann'), undefined, 'signed out');
      harness.signedIn.add('mallory');
      assertEqual(await whoami(harness, 'mallory'), undefined, 'somebody whom the server does not take');
    },
  },
  {
    name: 'takes another’s credentials for nobody’s own',
    concerns: ({ transport, actAs }) => transport.whoami !== undefined && actAs !== undefined,
    body: async (harness) => {
      harness.actAs?.('ann', 'bob');
      const found = await whoami(harness, 'ann');
      assert(found !== 'ann', 'under the credentials of bob nobody is ann');
    },
  },
  {
    name: 'does not know whom the server takes it for where a captive portal answers',
    concerns: ({ transport, supports }) =>
      transport.whoami !== undefined && supports.faults.includes('captivePortal'),
    body: async (harness) => {
      harness.network(always(captivePortal));
      const failure = await whoami(harness, 'ann').then(
        (found) => `${found}`,
        (error: unknown) => error,
      );
      assert(failure instanceof Error, `expected a rejection, got ${show(failure)}`);
    },
  },
];

function whoami(harness: TransportHarness, principal: string): Promise<string | undefined> {
  const { signal } = new AbortController();
  return inTime(harness, Promise.resolve(harness.transport.whoami?.(principal, { signal })), 'whoami');
}
