/** Whose operations a claim may receive; `undefined` in the list stands for operations without a principal. */
export type Principals = readonly (string | undefined)[];

/** Who is signed in; nobody, where `principal` is `undefined`. */
export interface SignedIn {
  readonly principal: string | undefined;
}

/** What a sign-in, or a sign-out, means for the operations that are in the queue. */
export interface SignInRules {
  /**
   * Which of the operations without a principal become those of who signs in, in their places: they join that
   * principal's lanes by their sequence.
   *
   * - `true`: those that were never attempted, and stand behind none in their lane that was. What was attempted may have
   *   reached the server as nobody's, where it would be another request under a name.
   * - ids: these, attempted or not, in whatever state but leased.
   *
   * @defaultValue none; nor when nobody signs in
   */
  readonly adopt?: boolean | readonly string[];
  /**
   * Whose operations leave the queue, after what is adopted changed hands: those that are leased as well. What waited
   * for them may go. With them goes everything else of theirs that the storage keeps: the server's answers, failures,
   * entities and versions in the outcomes of what they did before, and their records in quarantine, where the bytes still
   * say whose they are. Of an outcome stay the id, the kind, how and when it ended, and whose it was.
   *
   * @defaultValue nobody's
   */
  readonly purge?: Principals;
}

export interface SignInResult {
  /** The ids that were adopted, in order of sequence. */
  readonly adopted: readonly string[];
  /** How many operations were purged. */
  readonly purged: number;
}
