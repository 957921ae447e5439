/** How many of the latest steps a store can tell apart. */
export const KEPT_COMMITS = 100;

/** A step that changed more entities than these does not list them. */
export const LISTED_ENTITIES = 1_000;

/** How many records a page of a list has where nothing else is said. */
export const LIST_LIMIT = 1_000;
