/** Renews the sign-in of a principal after the server answered that it is not, or no longer, signed in. */
export interface CredentialProvider {
  /**
   * One question is asked at a time, whosever credentials they are and however many operations met the same answer.
   *
   * Where it throws, rejects, answers with neither of the two, or takes longer than `refreshTimeoutMs`, it has said
   * nothing: it is asked again after a growing wait, and at once when the network returns.
   *
   * @returns true when sending may go on; false is final: the principal's operations stay parked until somebody signs in
   */
  refresh(principal: string | undefined, context: { readonly signal: AbortSignal }): Promise<boolean>;
}
