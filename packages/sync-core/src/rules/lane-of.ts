/**
 * The lane in which an operation stands: operations of one lane go one after the other, in the order of their
 * sequences. `undefined` where it is a lane of its own.
 */
export function laneOf({ entity }: { readonly entity?: string | null | undefined }): string | undefined {
  return entity ?? undefined;
}
