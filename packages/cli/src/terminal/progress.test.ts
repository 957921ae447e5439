import { expect, test } from '@jest/globals';
import { ManualClock } from '@cpc/sync-core/deterministic';
import { MemorySink } from '../../test/memory-sink.js';
import { Printer } from './printer.js';
import { Progress } from './progress.js';

function started(isTTY: boolean, total?: number) {
  const sink = new MemorySink(isTTY);
  const clock = new ManualClock();
  const progress = new Progress(new Printer(sink, {}), clock, {
    label: 'drain',
    ...(total !== undefined && { total }),
  });
  return { sink, clock, progress };
}

test('a terminal shows a bar with count, rate and time left, in one place', async () => {
  const { sink, clock, progress } = started(true, 5000);
  await clock.advance(2000);
  await progress.advance(1250);
  expect(sink.text).toBe('\r\u001b[2Kdrain: [######------------------] 1,250 of 5,000, 625/s, 6 s left');
  await progress.advance(1);
  expect(sink.text).not.toContain('1,251');
  await clock.advance(6000);
  await progress.advance(3749);
  await progress.end();
  expect(sink.text).toContain(
    `[${'#'.repeat(24)}] 5,000 of 5,000, 625/s\r\u001b[2Kdrain: 5,000 of 5,000 in 8 s, 625/s\n`,
  );
});

test('elsewhere there is a plain line every five seconds, and one at the end', async () => {
  const { sink, clock, progress } = started(false, 100);
  for (let second = 1; second <= 10; second++) {
    await clock.advance(1000);
    await progress.advance(10);
  }
  await progress.end();
  expect(sink.text).toBe(
    'drain: 50 of 100, 10/s, 5 s left\ndrain: 100 of 100, 10/s\ndrain: 100 of 100 in 10 s, 10/s\n',
  );
});

test('without a total there is neither bar nor time left', async () => {
  const { sink, clock, progress } = started(true);
  await clock.advance(1000);
  await progress.advance(7);
  await progress.end();
  expect(sink.text).toBe('\r\u001b[2Kdrain: 7, 7/s\r\u001b[2Kdrain: 7 in 1 s, 7/s\n');
});

test('what was over before anything was told may end without a word', async () => {
  const { sink, clock, progress } = started(true, 10);
  await progress.advance(10);
  await progress.end({ unlessShort: true });
  expect(sink.text).toBe('');
  await clock.advance(1000);
  await progress.advance(0);
  await progress.end({ unlessShort: true });
  expect(sink.text).toContain('10 of 10 in 1 s');
});

test('nothing to do takes no time, and divides by nothing', async () => {
  const { sink, progress } = started(false, 0);
  await progress.end();
  expect(sink.text).toBe('drain: 0 of 0 in 0 ms\n');
});
