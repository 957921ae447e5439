/** How many assignments of permanent ids a storage remembers at least for operations that are enqueued later. */
export const REMEMBERED_ASSIGNMENTS = 10_000;

/** How many ids a storage remembers at least after they stopped naming what was enqueued under them. */
export const REMEMBERED_IDS = 10_000;

/** How far behind an operation its new version reaches, see `VersionChange`. */
export const MOVED_FOLLOWERS = 100;

/** How many attempts a storage keeps of each operation; beyond it, the oldest give way. */
export const MAX_HISTORY = 100;

/** A chain of successors is as long as an operation was edited or met conflicts; damage alone makes one endless. */
export const MAX_SUCCESSORS = 1000;

/** The latest time that JavaScript's dates know; larger numbers mean nothing that a queue could act on. */
export const LARGEST_NUMBER = 8.64e15;

/** How many outcomes a storage keeps at least. */
export const KEPT_OUTCOMES = 10_000;

/** The largest answer of a server that is kept with an outcome, in bytes of its JSON. */
export const MAX_RESULT_BYTES = 2048;

/** How far behind a dead letter one may stand that supersedes it, see `AfterFailure`. */
export const SUPERSEDING_FOLLOWERS = 100;
