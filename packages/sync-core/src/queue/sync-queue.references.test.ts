import { expect, test } from '@jest/globals';
import { openQueue, REJECTED, RETRY } from '../../test/fixtures.js';
import { defineOperation } from '../operation/define-operation.js';
import { processQueue } from '../worker/process-queue.js';

const createNote = defineOperation<{ text: string }>('note.create', {
  entity: () => 'notes',
  assignedId: (result) => (result as { id?: string } | undefined)?.id,
});
const writeNote = defineOperation<{ note: string; text: string }>('note.write', {
  entity: ({ note }) => `note/${note}`,
  references: ['/note'],
});
const linkNotes = defineOperation<{ links: readonly string[] }>('note.link', {
  references: ['/links/0', '/links/1'],
});

const all = [createNote, writeNote, linkNotes];
const assigned = (id: string) => ({ kind: 'acknowledged', result: { id } }) as const;

test('what refers to a thing waits for its creation, and goes with its permanent id', async () => {
  const { queue, transport } = await openQueue(all);
  const { id } = await queue.enqueue(createNote, { text: 'a' });
  const { id: write } = await queue.enqueue(writeNote, { note: id, text: 'b' }, { priority: 100 });
  expect(await queue.get(write)).toMatchObject({ state: 'blocked', dependsOn: [id], entity: `note/${id}` });
  transport.answer(assigned('42'));
  await processQueue(queue, transport);
  expect(transport.sent).toMatchObject([
    { kind: 'note.create' },
    { id: write, entity: 'note/42', payload: { note: '42', text: 'b' } },
  ]);
});

test('several temporary ids in one payload are rewritten one by one', async () => {
  const { queue, transport } = await openQueue(all);
  const first = await queue.enqueue(createNote, { text: 'a' });
  const second = await queue.enqueue(createNote, { text: 'b' });
  await queue.enqueue(linkNotes, { links: [first.id, second.id] });
  transport.answer(assigned('1'), assigned('2'));
  await processQueue(queue, transport);
  expect(transport.payloads.at(-1)).toEqual({ links: ['1', '2'] });
});

test('what is enqueued later with the temporary id goes with the permanent one as well', async () => {
  const { queue, transport } = await openQueue(all);
  const { id } = await queue.enqueue(createNote, { text: 'a' });
  transport.answer(assigned('42'));
  await processQueue(queue, transport);
  const receipt = await queue.enqueue(writeNote, { note: id, text: 'b' }, { id: 'w' });
  expect(receipt.outcome).toBe('enqueued');
  expect(await queue.get('w')).toMatchObject({ state: 'waiting', entity: 'note/42' });
  expect(await queue.enqueue(writeNote, { note: id, text: 'b' }, { id: 'w' })).toMatchObject({
    outcome: 'duplicate',
  });
  await processQueue(queue, transport);
  expect(transport.payloads.at(-1)).toEqual({ note: '42', text: 'b' });
});

test('keeps the order with what was enqueued under the permanent id', async () => {
  const { queue, transport } = await openQueue(all);
  const { id } = await queue.enqueue(createNote, { text: 'a' });
  await queue.enqueue(writeNote, { note: id, text: 'first' });
  transport.answer(assigned('42'), RETRY);
  await processQueue(queue, transport);
  await queue.enqueue(writeNote, { note: '42', text: 'second' }, { priority: 100 });
  const worker = await processQueue(queue, transport, { waitForDue: false });
  expect(worker.successful).toEqual([]);
  expect((await queue.list({ entity: 'note/42' })).items).toMatchObject([
    { payload: { note: '42', text: 'first' }, state: 'scheduled' },
    { payload: { note: '42', text: 'second' }, state: 'blocked' },
  ]);
});

test('a member that is missing, or no text, refers to nothing', async () => {
  const { queue } = await openQueue(all);
  const { id } = await queue.enqueue('note.link', { links: [5] });
  const { id: other } = await queue.enqueue('note.link', { links: 'none' });
  const { id: third } = await queue.enqueue('note.link', { links: null });
  for (const each of [id, other, third]) {
    expect(await queue.get(each)).toMatchObject({ references: [], state: 'waiting' });
  }
});

test('where the server gives no id, the temporary one stays', async () => {
  const { queue, transport } = await openQueue(all);
  const { id } = await queue.enqueue(createNote, { text: 'a' });
  await queue.enqueue(writeNote, { note: id, text: 'b' });
  await processQueue(queue, transport);
  expect(transport.payloads.at(-1)).toEqual({ note: id, text: 'b' });
});

test('an edit may refer to what is not created yet, and then waits for it', async () => {
  const { queue, transport } = await openQueue(all);
  const { id } = await queue.enqueue(createNote, { text: 'a' });
  await queue.enqueue(linkNotes, { links: ['7', '8'] }, { id: 'link' });
  const edited = await queue.edit('link', { links: [id, '8'] });
  expect(await queue.get(edited)).toMatchObject({ state: 'blocked', dependsOn: ['7', '8', id] });
  transport.answer(assigned('42'));
  await processQueue(queue, transport);
  expect(transport.payloads.at(-1)).toEqual({ links: ['42', '8'] });
});

test('a create that was refused, edited and taken gives its id to those that refer to it', async () => {
  const { queue, transport } = await openQueue(all);
  const { id } = await queue.enqueue(createNote, { text: 'bad' });
  await queue.enqueue(writeNote, { note: id, text: 'b' });
  transport.answer(REJECTED, assigned('42'));
  await processQueue(queue, transport);
  await queue.edit(id, { text: 'good' });
  await processQueue(queue, transport);
  expect(transport.payloads).toEqual([{ text: 'bad' }, { text: 'good' }, { note: '42', text: 'b' }]);
});
