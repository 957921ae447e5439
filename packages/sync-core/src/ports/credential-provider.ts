/** Renews the sign-in of a principal after the server answered that it is not, or no longer, signed in. */
export interface CredentialProvider {
  /**
   * Called once per principal at a time, however many operations met the same answer.
   *
   * @returns true when sending may go on; false leaves the principal's operations parked until
   * `SyncWorker.resume(principal)` is called
   */
  refresh(principal: string | undefined, context: { readonly signal: AbortSignal }): Promise<boolean>;
}
