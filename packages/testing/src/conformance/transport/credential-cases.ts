import { assert, assertEqual, show } from '../assert.js';
import { assertKinds, send, sendOne, type TransportCase, write } from './transport-case.js';
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
];
