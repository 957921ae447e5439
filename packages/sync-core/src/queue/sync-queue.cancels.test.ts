import { describe, expect, test } from '@jest/globals';
import { openQueue, RETRY, settled } from '../../test/fixtures.js';
import { defineOperation, type CoalesceRule } from '../operation/define-operation.js';
import { processQueue } from '../worker/process-queue.js';

const entity = (): string => 'note/1';
type Rule = CoalesceRule<number>;

/** The kinds of a thing's life, with the rule of its edits and that of its delete. */
async function openNote(remove: Rule, edit?: Rule) {
  const kinds = {
    create: defineOperation<number>('create', { entity }),
    edit: defineOperation<number>('edit', { entity, ...(edit !== undefined && { coalesce: edit }) }),
    read: defineOperation<number>('read', { entity }),
    remove: defineOperation<number>('remove', { entity, coalesce: remove }),
  };
  const opened = await openQueue(Object.values(kinds));
  const sentKinds = async (): Promise<readonly string[]> => {
    await processQueue(opened.queue, opened.transport);
    return opened.transport.sent.map(({ kind }) => kind);
  };
  return { ...opened, ...kinds, sentKinds };
}

/** The ways to say it: with edits that replace each other listed beside the create, and with changes named as such. */
const ways: readonly (readonly [string, Rule, Rule?])[] = [
  ['cancels: create and edit, which replaces', { cancels: ['create', 'edit'] }, 'replace'],
  ['cancels: create, drops: edit', { cancels: ['create'], drops: ['edit'] }],
  ['cancels: create, drops: edit, which replaces', { cancels: ['create'], drops: ['edit'] }, 'replace'],
];

describe.each(ways)('%s', (_name, remove, edit) => {
  test('create, edit, edit and delete, all offline: nothing is sent', async () => {
    const note = await openNote(remove, edit);
    await note.queue.enqueue(note.create, 1, { id: 'c' });
    await note.queue.enqueue(note.edit, 2, { id: 'e' });
    await note.queue.enqueue(note.edit, 3);
    const receipt = await note.queue.enqueue(note.remove, 4, { id: 'd' });
    expect(receipt).toMatchObject({ outcome: 'cancelled', with: 'c' });
    expect(await note.sentKinds()).toEqual([]);
    await settled();
    const cancelled = note.events.flatMap((event) => (event.type === 'cancelled' ? [event.id] : []));
    expect(cancelled).toEqual(expect.arrayContaining(['c', 'e', 'd']));
    expect(new Set(cancelled).size).toBe(cancelled.length);
  });

  test('edits of a thing that the server has, and its delete: the delete alone is sent', async () => {
    const note = await openNote(remove, edit);
    await note.queue.enqueue(note.create, 1);
    await note.sentKinds();
    await note.queue.enqueue(note.edit, 2, { id: 'e' });
    await note.queue.enqueue(note.edit, 3);
    const receipt = await note.queue.enqueue(note.remove, 4, { id: 'd' });
    expect(receipt.superseded).toContain('e');
    expect(await note.sentKinds()).toEqual(['create', 'remove']);
    expect((await note.queue.outcomes()).items.find(({ id }) => id === 'e')).toMatchObject({
      outcome: 'superseded',
      into: 'd',
    });
  });

  test('a create that may have been sent stays, and the delete goes last', async () => {
    const note = await openNote(remove, edit);
    await note.queue.enqueue(note.create, 1);
    note.transport.answer(RETRY);
    await note.sentKinds();
    await note.queue.enqueue(note.edit, 2);
    await note.queue.enqueue(note.remove, 3);
    await note.clock.advance(60_000);
    expect(await note.sentKinds()).toEqual(['create', 'create', 'remove']);
  });

  test('another kind in between keeps what stands ahead of it', async () => {
    const note = await openNote(remove, edit);
    await note.queue.enqueue(note.create, 1);
    await note.queue.enqueue(note.read, 2);
    await note.queue.enqueue(note.edit, 3);
    await note.queue.enqueue(note.remove, 4);
    expect(await note.sentKinds()).toEqual(['create', 'read', 'remove']);
  });
});

test('the create is never sent alone: what another depends on stays, with the delete behind it', async () => {
  const note = await openNote({ cancels: ['create'], drops: ['edit'] });
  await note.queue.enqueue(note.create, 1, { id: 'c' });
  await note.queue.enqueue(note.read, 2, { entity: 'elsewhere', dependsOn: ['c'] });
  await note.queue.enqueue(note.edit, 3);
  await note.queue.enqueue(note.remove, 4);
  expect((await note.sentKinds()).filter((kind) => kind !== 'read')).toEqual(['create', 'remove']);
});
