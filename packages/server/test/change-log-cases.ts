import { expect } from '@jest/globals';
import type { Change, ChangeLog, ChangePage } from '../src/index.js';

/** A log on an empty database, and how to change things in a transaction of it. */
export interface ChangeLogUnderTest {
  readonly log: Pick<ChangeLog<never>, 'read' | 'heads' | 'forgetExpired'>;
  /** Records the changes in one transaction, which is undone where `undone` is true. */
  record(changes: readonly Change[], undone?: boolean): Promise<void>;
  readonly clock: { now: number };
}

export const KEEP_MS = 10 * 24 * 3_600_000;

const put = (entity: string, value: unknown, version?: string): Change => ({
  channel: 'ann',
  entity,
  value,
  ...(version !== undefined && { version }),
});
const drop = (entity: string): Change => ({ channel: 'ann', entity, deleted: true });

/** What a change log does, on whatever database. */
export const changeLogCases: Readonly<Record<string, (under: ChangeLogUnderTest) => Promise<void>>> = {
  async 'gives what changed since, of each entity the last'(under) {
    await under.record([put('a', { n: 1 }, 'v1'), put('b', [null, 'ä🐟'])]);
    const first = await read(under, 0);
    expect(first).toEqual({
      changes: [
        { entity: 'a', version: 'v1', value: { n: 1 } },
        { entity: 'b', value: [null, 'ä🐟'] },
      ],
      position: 2,
      head: 2,
      more: false,
    });
    await under.record([put('a', { n: 2 }, 'v2'), drop('b'), put('a', { n: 3 }, 'v3')]);
    expect((await read(under, 2))?.changes).toEqual([
      { entity: 'b', deleted: true },
      { entity: 'a', version: 'v3', value: { n: 3 } },
    ]);
    expect((await read(under, 5))?.changes).toEqual([]);
  },
  async 'whoever begins gets no tombstones'(under) {
    await under.record([put('a', 1), drop('a'), put('b', 2)]);
    expect((await read(under, 0))?.changes).toEqual([{ entity: 'b', value: 2 }]);
  },
  async 'counts what remains behind a page, without tombstones for whoever begins'(under) {
    await under.record([put('a', 1), put('b', 2), put('c', 3), drop('d'), put('e', 4)]);
    const count = async (since: number): Promise<unknown> =>
      (await under.log.read({ channel: 'ann', since, limit: 2, counts: true }))?.remaining;
    expect([await count(0), await count(1), await count(5)]).toEqual([2, 2, 0]);
    expect(await read(under, 0)).not.toHaveProperty('remaining');
  },
  async 'keeps channels apart'(under) {
    await under.record([put('a', 1), { channel: 'bob', entity: 'a', value: 2 }]);
    expect((await read(under, 0))?.changes).toEqual([{ entity: 'a', value: 1 }]);
    expect(await under.log.heads(['ann', 'bob', 'nobody'])).toEqual(
      new Map([
        ['ann', 1],
        ['bob', 1],
      ]),
    );
  },
  async 'pages come to the same, whatever changes in between'(under) {
    await under.record(Array.from({ length: 7 }, (_, index) => put(`e${index}`, index)));
    const copy = new Map<string, unknown>();
    let position = 0;
    for (let round = 0, more = true; more; round++) {
      const page = (await read(under, position, 2))!;
      for (const { entity, value, deleted } of page.changes) {
        if (deleted === true) copy.delete(entity);
        else copy.set(entity, value);
      }
      ({ position, more } = page);
      if (round === 1) await under.record([put('e0', 'new'), drop('e1'), drop('e6'), put('e7', 7)]);
    }
    expect(Object.fromEntries(copy)).toEqual({ e0: 'new', e2: 2, e3: 3, e4: 4, e5: 5, e7: 7 });
  },
  async 'a page holds no more bytes than it may, but at least one change'(under) {
    const large = 'ä'.repeat(500); // 1,002 bytes as JSON
    await under.record([put('a', large), put('b', 1), put('c', large), put('d', large), put('e', 2)]);
    const entitiesOf = async (since: number, maxBytes: number, limit = 100): Promise<unknown> => {
      const page = await under.log.read({ channel: 'ann', since, limit, maxBytes });
      return [page?.changes.map(({ entity }) => entity).join(''), page?.position, page?.more];
    };
    expect(await entitiesOf(0, 2_007)).toEqual(['ab', 2, true]);
    expect(await entitiesOf(0, 2_008)).toEqual(['abc', 3, true]);
    expect(await entitiesOf(0, 2_008, 2)).toEqual(['ab', 2, true]);
    expect(await entitiesOf(3, 1)).toEqual(['d', 4, true]);
    expect(await entitiesOf(4, 1)).toEqual(['e', 5, false]);
    await under.record([drop('c'), drop('d')]);
    expect(await entitiesOf(0, 1_000_000)).toEqual(['abe', 5, false]);
    expect(await entitiesOf(5, 1)).toEqual(['c', 6, true]);
  },
  async 'a change whose transaction is undone was never there'(under) {
    await under.record([put('a', 1)]);
    await under.record([put('a', 2), put('b', 2)], true);
    await under.record([put('c', 3)]);
    expect((await read(under, 0))?.changes.map(({ entity, value }) => [entity, value])).toEqual([
      ['a', 1],
      ['c', 3],
    ]);
    expect((await read(under, 1))?.position).toBe(2);
  },
  async 'forgets tombstones after their time, and says so to those who needed them'(under) {
    await under.record([put('a', 1), put('b', 2)]);
    await under.record([drop('a')]);
    under.clock.now += KEEP_MS;
    expect(await under.log.forgetExpired()).toBe(0);
    under.clock.now += 1;
    await under.record([drop('b'), put('c', 3)]);
    expect(await under.log.forgetExpired()).toBe(1);
    expect(await read(under, 2)).toBeUndefined();
    expect((await read(under, 3))?.changes).toEqual([
      { entity: 'b', deleted: true },
      { entity: 'c', value: 3 },
    ]);
    expect((await read(under, 0))?.changes).toEqual([{ entity: 'c', value: 3 }]);
  },
  async 'whoever began after tombstones were forgotten goes on, page by page'(under) {
    await under.record([put('a', 1), put('b', 2), put('c', 3)]);
    await under.record([drop('c')]);
    under.clock.now += KEEP_MS + 1;
    await under.log.forgetExpired();
    const first = (await read(under, 0, 1))!;
    expect(first).toMatchObject({ position: 1, head: 4, more: true });
    const query = { channel: 'ann', since: first.position, limit: 1 };
    expect(await under.log.read(query)).toBeUndefined();
    expect(await under.log.read({ ...query, began: first.head })).toMatchObject({
      changes: [{ entity: 'b', value: 2 }],
    });
  },
  async 'a position that the log has not reached is not continued from'(under) {
    await under.record([put('a', 1)]);
    expect(await read(under, 2)).toBeUndefined();
    expect(await under.log.read({ channel: 'nobody', since: 1, limit: 10 })).toBeUndefined();
    expect(await under.log.read({ channel: 'nobody', since: 0, limit: 10 })).toMatchObject({ head: 0 });
  },
  async 'refuses a change without a value that is no deletion'(under) {
    await expect(under.record([put('a', undefined)])).rejects.toThrow(/takes a JSON value, or deleted: true/);
    await expect(under.record([{ ...drop('a'), value: 1 }])).rejects.toThrow(TypeError);
  },
};

function read(under: ChangeLogUnderTest, since: number, limit = 100): Promise<ChangePage | undefined> {
  return under.log.read({ channel: 'ann', since, limit });
}
