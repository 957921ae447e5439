import { expect, test } from '@jest/globals';
import { ManualClock, ScriptedTransport, SeededRandom } from '@cpc/testing';
import { addNote } from '../../test/add-note.js';
import { createSyncContainer, type SyncContainer } from '../index.js';
import { testingPreset, type TestingPresetOptions } from './testing.js';

const wired = (options: TestingPresetOptions): SyncContainer =>
  createSyncContainer({ plugins: testingPreset(options), operations: [addNote] });

async function idOfOneNote(options: Omit<TestingPresetOptions, 'transport'> = {}): Promise<string> {
  await using sync = wired({ transport: new ScriptedTransport(), ...options });
  await sync.open();
  return (await sync.queue.enqueue(addNote, { text: 'apples' })).id;
}

test('delivers through the transport that was handed in', async () => {
  const transport = new ScriptedTransport();
  await using sync = wired({ transport });
  await sync.start();
  const { id } = await sync.queue.enqueue(addNote, { text: 'apples' });
  await sync.worker.drain();
  expect(transport.sent.flat().map((operation) => operation.id)).toEqual([id]);
});

test('tries again when the test lets time pass, not before', async () => {
  const clock = new ManualClock();
  const transport = new ScriptedTransport();
  transport.failNext(1);
  await using sync = wired({ transport, clock });
  await sync.start();
  await sync.queue.enqueue(addNote, { text: 'apples' });
  await clock.advance(0);
  expect(transport.sent).toHaveLength(1);
  await clock.advance(60_000);
  expect(transport.sent).toHaveLength(2);
  expect((await sync.queue.stats()).total).toBe(0);
});

test('every run draws the same ids, and another seed others', async () => {
  const id = await idOfOneNote();
  expect(await idOfOneNote()).toBe(id);
  expect(await idOfOneNote({ random: new SeededRandom(2) })).not.toBe(id);
});

test('two containers of one preset share no queue', async () => {
  const plugins = testingPreset({ transport: new ScriptedTransport() });
  await using first = createSyncContainer({ plugins, operations: [addNote] });
  await using second = createSyncContainer({ plugins, operations: [addNote] });
  await Promise.all([first.open(), second.open()]);
  await first.queue.enqueue(addNote, { text: 'apples' });
  expect((await second.queue.stats()).total).toBe(0);
});
