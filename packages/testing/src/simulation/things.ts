import type { SimDevice } from './device.js';
import { type ThingDeed, THING_KINDS } from './operations.js';
import type { PlannedChange, PlannedEvent } from './plan.js';

type ThingEvent = Extract<PlannedEvent, { readonly kind: 'thing' }>;

/** The changes that a person makes to one of the things of a device; none where there is no such thing. */
export function changesToThings(
  device: SimDevice,
  { deeds, choice, fate }: ThingEvent,
): readonly PlannedChange[] {
  const { things } = device;
  if (deeds[0] === 'make') things.push(newThing(device));
  const thing = deeds[0] === 'make' ? things.at(-1) : things[choice % things.length];
  if (thing === undefined) return [];
  const { id, entity } = thing;
  if (deeds.includes('drop')) things.splice(things.indexOf(thing), 1);
  return deeds.map((deed) => {
    // Parts of a thing are in no lane of the thing: what they mention is all that binds them.
    if (deed === 'part') return { ...change(deed, undefined), payload: { fate: 'good', of: id } };
    const payload = { fate: deed === 'make' ? fate : 'good', thing: entity, choice };
    return { ...change(deed, entity), ...(deed === 'make' && { id }), payload };
  });
}

function newThing(device: SimDevice): { readonly id: string; readonly entity: string } {
  const number = ++device.thingsMade;
  return { id: `d${device.index}thing#${number}`, entity: `thing/${device.index}/${number}` };
}

function change(deed: ThingDeed, entity: string | undefined): PlannedChange {
  return {
    entity,
    kind: THING_KINDS[deed],
    priority: 50,
    fate: 'good',
    guarded: false,
    depends: false,
    namesNext: false,
    delayMs: 0,
    expiresInMs: undefined,
  };
}
