import type { DeliveryOutcome } from '@cpc/sync-core';
import { SeededRandom } from '@cpc/sync-core/deterministic';
import {
  answerLost,
  badGateway,
  busy,
  captivePortal,
  duplicate,
  type Fault,
  type Forgery,
  forged,
  halfAnswer,
  hang,
  hangAfterEffect,
  keyInUse,
  redirect,
  requestLost,
  serverError,
  signedOut,
} from '../../faults/fault.js';
import { always, randomFailures } from '../../faults/fault-plan.js';
import { assert, assertEqual, show } from '../assert.js';
import {
  assertKinds,
  assertRepeats,
  idsOf,
  inTime,
  pair,
  send,
  sendOne,
  type TransportCase,
  until,
  write,
} from './transport-case.js';
import type { TransportHarness } from './transport-harness.js';

const shows =
  (...kinds: readonly Fault['kind'][]) =>
  ({ supports }: TransportHarness): boolean =>
    kinds.every((kind) => supports.faults.includes(kind));

/** Whatever is not known to be the server's word says nothing about the operations, and they may have happened. */
function unheard(name: string, fault: Fault, effects: 0 | 1): TransportCase {
  return {
    name: `${name} is unreachable, and the repeat is the same request with one effect`,
    concerns: shows(fault.kind),
    body: async (harness) => {
      const operations = pair(harness);
      harness.network(always(fault));
      assertKinds(
        await send(harness, operations),
        operations.map(() => 'unreachable'),
        name,
      );
      assert(
        effects === 1 || (await harness.effects()).length === 0,
        `${name} must have no effect before the repeat`,
      );
      await assertRepeats(harness, operations);
    },
  };
}

function answered(name: string, fault: Fault, kind: DeliveryOutcome['kind']): TransportCase {
  return {
    name: `${name} is ${kind}`,
    concerns: shows(fault.kind),
    body: async (harness) => {
      const operations = pair(harness);
      harness.network(always(fault));
      const outcomes = await send(harness, operations);
      assertKinds(
        outcomes,
        operations.map(() => kind),
        name,
      );
      for (const outcome of outcomes) {
        if (fault.kind !== 'busy' || outcome.kind !== 'retry') continue;
        const { afterMs } = outcome;
        // A date has whole seconds only.
        assert(
          afterMs !== undefined && Math.abs(afterMs - fault.retryAfterMs) <= 1_000,
          `${name} must wait ${fault.retryAfterMs} ms, got ${show(outcome)}`,
        );
      }
      await assertRepeats(harness, operations);
    },
  };
}

function hanging(name: string, fault: Fault): TransportCase {
  return {
    name: `${name} ends with the abort, leaves nothing under way, and the repeat has one effect`,
    concerns: shows('hang'),
    body: async (harness) => {
      const operations = pair(harness);
      harness.network(always(fault));
      const controller = new AbortController();
      const sending = harness.transport.send(operations, { signal: controller.signal });
      await until(harness, () => harness.underWay() > 0, 'the request goes out');
      controller.abort(new Error('the test gives up'));
      await inTime(
        harness,
        sending.catch(() => undefined),
        'a send that was aborted',
      );
      await until(harness, () => harness.underWay() === 0, 'nothing is under way after an abort');
      await assertRepeats(harness, operations);
    },
  };
}

function forgery(how: Forgery, name: string): TransportCase {
  return {
    name: `${name} acknowledges nothing`,
    concerns: ({ supports }) => supports.forgeries.includes(how),
    body: async (harness) => {
      const operations = pair(harness);
      harness.network(always(forged(how)));
      assertKinds(
        await send(harness, operations),
        operations.map(() => 'unreachable'),
        name,
      );
      await assertRepeats(harness, operations);
    },
  };
}

/** Networks that lose, double and forge. */
export const faultCases: readonly TransportCase[] = [
  unheard('a lost request', requestLost, 0),
  unheard('a lost answer', answerLost, 1),
  unheard('half an answer', halfAnswer, 1),
  unheard('a captive portal’s page', captivePortal, 0),
  unheard('a gateway’s error', badGateway, 0),
  answered('429 with seconds', busy(7_000), 'retry'),
  answered('429 with a date', busy(7_000, 'date'), 'retry'),
  answered('500', serverError, 'retry'),
  answered('409', keyInUse, 'retry'),
  answered('401', signedOut, 'unauthenticated'),
  hanging('a request that hangs', hang),
  hanging('an answer that hangs', hangAfterEffect),
  forgery('truncated', 'an answer that was cut and mended'),
  forgery('otherKey', 'an answer to another operation'),
  forgery('tooMany', 'an answer with an item too many'),
  forgery('tooFew', 'an answer with an item too few'),
  forgery('empty', 'an empty answer'),
  forgery('notJson', 'an answer of another kind'),
  forgery('huge', 'an answer without an end'),
  {
    name: 'a request that is delivered twice has one effect and one answer',
    concerns: shows('duplicate'),
    body: async (harness) => {
      const operations = pair(harness);
      harness.network(always(duplicate));
      assertKinds(
        await send(harness, operations),
        operations.map(() => 'acknowledged'),
        'a doubled request',
      );
      assertEqual(
        idsOf(await harness.effects()),
        operations.map(({ id }) => id),
        'effects',
      );
    },
  },
  {
    name: 'a redirect to another origin is unreachable and gives nothing away',
    concerns: (harness) => shows('redirect')(harness) && harness.elsewhere !== undefined,
    body: async (harness) => {
      const { elsewhere } = harness;
      for (const status of [302, 307] as const) {
        harness.network(always(redirect(`${elsewhere?.origin ?? ''}/operations`, status)));
        assertKinds([await sendOne(harness, write('a'))], ['unreachable'], `a redirect with ${status}`);
      }
      assertEqual(elsewhere?.requests(), 0, 'requests to the other origin');
      await assertRepeats(harness, [write('a')]);
    },
  },
  {
    name: 'sixty operations with half of the exchanges failing are delivered once, in order, with the same bytes',
    body: async (harness) => {
      const { supports, transport } = harness;
      const mean = [requestLost, answerLost, halfAnswer, duplicate, busy(0), serverError, captivePortal];
      const faults = mean.filter(({ kind }) => supports.faults.includes(kind));
      const random = new SeededRandom(11);
      const chance = randomFailures(0.5, faults);
      harness.network((moment) => chance({ ...moment, random }));
      const ids = Array.from({ length: 60 }, (_, at) => `k${at}`);
      const size = Math.min(transport.maxBatchSize ?? 1, 7);
      let waiting = ids.map((id) => write(id, 'applied', { entity: 'e' }));
      for (let sends = 0; waiting.length > 0; sends++) {
        assert(sends < 2_000, `after ${sends} sends ${waiting.length} operations are left`);
        const outcomes = await send(harness, waiting.slice(0, transport.keepsOrder ? size : 1));
        waiting = waiting.filter((_, at) => outcomes[at]?.kind !== 'acknowledged');
      }
      assertEqual(idsOf(await harness.effects()), ids, 'effects');
      for (const id of ids) {
        assertEqual(new Set(harness.sent(id)).size, 1, `forms in which ${id} was sent`);
      }
    },
  },
];
