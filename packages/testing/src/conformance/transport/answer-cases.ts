import type { DeliveryOutcome } from '@cpc/sync-core';
import { assert, assertEqual, show } from '../assert.js';
import {
  assertKinds,
  assertRepeats,
  idsOf,
  inTime,
  rename,
  send,
  sendOne,
  type TransportCase,
  until,
  write,
} from './transport-case.js';

/** What the server answers, and what each answer means. */
export const answerCases: readonly TransportCase[] = [
  {
    name: 'acknowledges what the server applied, with its result',
    body: async (harness) => {
      const outcome = await sendOne(harness, write('a'));
      assertEqual(outcome, { kind: 'acknowledged', result: { text: 'Käse a' } }, 'outcome');
      const expected = [
        { id: 'a', principal: 'ann', payload: { n: 1.5, answer: 'applied', text: 'Käse a' } },
      ];
      assertEqual(await harness.effects(), expected, 'effects');
    },
  },
  {
    name: 'a repeat is acknowledged as the first time, with the same bytes and without a second effect',
    body: async (harness) => {
      const first = await sendOne(harness, write('a'));
      const second = await sendOne(harness, write('a', 'applied', { attempts: 3 }));
      assertEqual(second, first, 'outcome of the repeat');
      await assertRepeats(harness, [write('a')]);
    },
  },
  {
    name: 'tells where a change stands in the feed of changes, each of a batch its own, and a repeat the same',
    concerns: ({ supports }) => supports.positions ?? true,
    body: async (harness) => {
      const operations = ['7@ann', '8@Käse', undefined].map((position, at) => {
        const payload = { answer: 'applied', text: `${at}`, ...(position !== undefined && { position }) };
        return write(`p${at}`, 'applied', { payload, payloadJson: JSON.stringify(payload) });
      });
      const expected = [
        { kind: 'acknowledged', result: { text: '0' }, position: '7@ann' },
        { kind: 'acknowledged', result: { text: '1' }, position: '8@Käse' },
        { kind: 'acknowledged', result: { text: '2' } },
      ];
      const step = Math.min(harness.transport.maxBatchSize ?? 1, operations.length);
      for (const what of ['outcomes', 'outcomes of the repeat']) {
        const outcomes: DeliveryOutcome[] = [];
        for (let at = 0; at < operations.length; at += step)
          outcomes.push(...(await send(harness, operations.slice(at, at + step))));
        assertEqual(outcomes, expected, what);
      }
    },
  },
  {
    name: 'a content that the server refuses is rejected, with the server’s code',
    body: async (harness) => {
      const outcome = await sendOne(harness, write('a', 'refused'));
      assert(outcome.kind === 'rejected', `expected rejected, got ${show(outcome)}`);
      assertEqual(outcome.reason.code, 'REFUSED', 'code');
      assert(outcome.reason.message.length > 0, 'a failure needs words for people');
      assertEqual(await harness.effects(), [], 'effects');
    },
  },
  {
    name: 'a key that was used for another content is rejected',
    body: async (harness) => {
      await sendOne(harness, write('a'));
      const payload = { answer: 'applied', text: 'other' };
      const reused = write('a', 'applied', { payload, payloadJson: JSON.stringify(payload) });
      assertKinds([await sendOne(harness, reused)], ['rejected'], 'a reused key');
      assertEqual((await harness.effects()).length, 1, 'number of effects');
    },
  },
  {
    name: 'a server that asks to come later is a retry after the time it named',
    body: async (harness) => {
      const outcome = await sendOne(harness, write('a', 'later'));
      assert(outcome.kind === 'retry', `expected retry, got ${show(outcome)}`);
      assertEqual(outcome.afterMs, 7_000, 'afterMs');
    },
  },
  {
    name: 'a server that fails is a retry, and the key stays free',
    body: async (harness) => {
      assertKinds([await sendOne(harness, write('a', 'failed'))], ['retry'], 'a server that fails');
      assertEqual(await harness.effects(), [], 'effects');
      assertKinds([await sendOne(harness, write('a'))], ['acknowledged'], 'the same key afterwards');
    },
  },
  {
    name: 'a kind that the server does not know yet is a retry that speaks against nothing',
    body: async (harness) => {
      const outcome = await sendOne(harness, write('a', 'applied', { kind: 'conformance.not-yet' }));
      assert(outcome.kind === 'retry', `expected retry, got ${show(outcome)}`);
      assertEqual(
        { scope: outcome.scope, code: outcome.reason.code },
        { scope: 'request', code: 'KIND_UNKNOWN' },
        'scope and code',
      );
      assertEqual(await harness.effects(), [], 'effects');
    },
  },
  {
    name: 'a key whose first request is still running is a retry',
    body: async (harness) => {
      const release = harness.hold();
      const { transport } = harness;
      const { signal } = new AbortController();
      const both = [0, 1].map(() => inTime(harness, transport.send([write('a')], { signal }), 'send'));
      const [first] = await Promise.race(both);
      assert(first?.kind === 'retry', `the one that came second: expected retry, got ${show(first)}`);
      release();
      const kinds = (await Promise.all(both)).map(([outcome]) => outcome?.kind).sort();
      assertEqual(kinds, ['acknowledged', 'retry'], 'outcomes of both');
      assertEqual(idsOf(await harness.effects()), ['a'], 'effects');
    },
  },
  {
    name: 'another version is a conflict with the server’s record, and against its version the change goes',
    body: async (harness) => {
      assertEqual(
        await sendOne(harness, rename('1', 'Fish')),
        { kind: 'acknowledged', version: '1' },
        'first',
      );
      const outcome = await sendOne(harness, rename('2', 'Fruit', '7'));
      assert(outcome.kind === 'conflict', `expected conflict, got ${show(outcome)}`);
      const { value, version } = outcome.remote;
      assertEqual({ value, version }, { value: { n: 1.5, name: 'Fish' }, version: '1' }, 'remote');
      const winner = await sendOne(harness, rename('3', 'Fruit', '1'));
      assert(winner.kind === 'acknowledged', `the winner: expected acknowledged, got ${show(winner)}`);
      // Servers may say what it was applied to as well.
      assertEqual(winner.version, '2', 'version of the winner');
    },
  },
  {
    name: 'a payload that is too large is rejected, and holds up nothing else',
    body: async (harness) => {
      const { transport, supports } = harness;
      const text = 'x'.repeat(supports.maxPayloadBytes);
      const payload = { answer: 'applied', text };
      const large = write('large', 'applied', { payload, payloadJson: JSON.stringify(payload) });
      if ((transport.maxBatchSize ?? 1) < 3) {
        assertKinds([await sendOne(harness, large)], ['rejected'], 'the large one');
        return;
      }
      const outcomes = await send(harness, [write('a'), large, write('b')]);
      assertKinds(outcomes, ['acknowledged', 'rejected', 'acknowledged'], 'a batch with a large one');
      assertEqual(idsOf(await harness.effects()), ['a', 'b'], 'effects');
    },
  },
  {
    name: 'an abort ends a send soon, and nothing stays under way',
    body: async (harness) => {
      const release = harness.hold();
      const controller = new AbortController();
      const reason = new Error('the test gives up');
      const sending = harness.transport.send([write('a')], { signal: controller.signal });
      await until(
        harness,
        () => harness.underWay() > 0 || harness.sent('a').length > 0,
        'the request goes out',
      );
      controller.abort(reason);
      const ended = await inTime(
        harness,
        sending.catch((error: unknown) => error),
        'a send that was aborted',
      );
      if (Array.isArray(ended)) assertKinds(ended as never, ['unreachable'], 'an aborted send');
      else assert(ended === reason, `an aborted send may only throw the signal’s reason, got ${show(ended)}`);
      release();
      await until(harness, () => harness.underWay() === 0, 'nothing is under way after an abort');
    },
  },
  {
    name: 'looks whether its operations may still leave, and sends nothing where they may not',
    body: async (harness) => {
      const { signal } = new AbortController();
      let asked = 0;
      const mayLeave = (): boolean => {
        asked++;
        return false;
      };
      const outcomes = await inTime(
        harness,
        harness.transport.send([write('a')], { signal, mayLeave }),
        'send',
      );
      assertKinds(outcomes, ['unreachable'], 'a send whose lease is over');
      assert(asked > 0, 'a transport must ask mayLeave before anything leaves');
      assertEqual(harness.sent('a'), [], 'what was sent');
      assertEqual(await harness.effects(), [], 'effects');
    },
  },
  {
    name: 'a signal that is aborted already sends nothing',
    body: async (harness) => {
      const signal = AbortSignal.abort(new Error('too late'));
      await inTime(
        harness,
        harness.transport.send([write('a')], { signal }).catch(() => undefined),
        'send',
      );
      assertEqual(harness.sent('a'), [], 'what was sent');
      assertEqual(await harness.effects(), [], 'effects');
    },
  },
];
