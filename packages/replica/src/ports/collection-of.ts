/**
 * The collection of an entity: all of its path but the last part. `orders/7` is in `orders`, `orders/7/lines/1` in
 * `orders/7/lines`, and an entity without a slash in the collection of the empty name.
 */
export function collectionOf(entity: string): string {
  return entity.slice(0, Math.max(0, entity.lastIndexOf('/')));
}
