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
