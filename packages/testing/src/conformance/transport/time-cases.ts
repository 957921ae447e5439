import { always } from '../../faults/fault-plan.js';
import { badGateway, captivePortal, type Fault } from '../../faults/fault.js';
import { assert, assertEqual, show } from '../assert.js';
import { assertKinds, inTime, type TransportCase, write } from './transport-case.js';
import type { ConformanceWrite, TransportHarness } from './transport-harness.js';

/** Servers that say whole seconds, and what such a server keeps of the last one. */
const COARSE_MS = 2_000;

/** What a send was told of the server's clock, before it had ended. */
async function hear(harness: TransportHarness, id: string, answer?: ConformanceWrite['answer']) {
  const { transport } = harness;
  const { signal } = new AbortController();
  let isOver = false;
  const heard: number[] = [];
  const heardTime = (serverMs: number): void => {
    assert(!isOver, 'the time must be told before the send ends');
    heard.push(serverMs);
  };
  const context = { signal, heardTime };
  const outcomes = await inTime(harness, transport.send([write(id, answer)], context), 'send');
  isOver = true;
  return { outcomes, heard };
}

function believesNot(name: string, fault: Fault): TransportCase {
  return {
    name: `${name} says nothing about the server’s clock`,
    concerns: ({ time, supports }) => time !== undefined && supports.faults.includes(fault.kind),
    body: async (harness) => {
      harness.network(always(fault));
      const { outcomes, heard } = await hear(harness, 'a');
      assertKinds(outcomes, ['unreachable'], name);
      assertEqual(heard, [], 'what was told of the server’s clock');
    },
  };
}

/** What the server's clock says. */
export const timeCases: readonly TransportCase[] = [
  ...(['applied', 'refused', 'later'] as const).map((answer): TransportCase => ({
    name: `tells the server’s time, as soon as it answered that a change is ${answer}`,
    concerns: ({ time }) => time !== undefined,
    body: async (harness) => {
      const time = harness.time as () => number;
      const earliest = time() - COARSE_MS;
      const { heard } = await hear(harness, 'a', answer);
      const latest = time() + COARSE_MS;
      assert(heard.length > 0, 'a transport must tell the time that the server’s answer says');
      for (const serverMs of heard)
        assert(
          serverMs >= earliest && serverMs <= latest,
          `the server’s time is from ${earliest} to ${latest}, told was ${show(serverMs)}`,
        );
    },
  })),
  believesNot('a captive portal', captivePortal),
  believesNot('a gateway', badGateway),
];
