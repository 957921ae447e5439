/** How often each call meets each fault, from 0 to 1. */
export interface FaultRates {
  readonly requestLost: number;
  readonly answerLost: number;
  readonly duplicate: number;
  readonly halfAnswer: number;
  readonly serverError: number;
  readonly serverBusy: number;
  readonly signedOut: number;
  readonly renewalFails: number;
  readonly renewalHangs: number;
  readonly neverAnswers: number;
  readonly storageFails: number;
  readonly storageFailsAfter: number;
  readonly storageSlow: number;
}

export const FAULT_RATES: FaultRates = {
  requestLost: 0.12,
  answerLost: 0.1,
  duplicate: 0.08,
  halfAnswer: 0.04,
  serverError: 0.1,
  serverBusy: 0.06,
  signedOut: 0.03,
  renewalFails: 0.3,
  renewalHangs: 0.1,
  neverAnswers: 0.04,
  storageFails: 0.05,
  storageFailsAfter: 0.04,
  storageSlow: 0.02,
};

export const NO_FAULTS: FaultRates = {
  requestLost: 0,
  answerLost: 0,
  duplicate: 0,
  halfAnswer: 0,
  serverError: 0,
  serverBusy: 0,
  signedOut: 0,
  renewalFails: 0,
  renewalHangs: 0,
  neverAnswers: 0,
  storageFails: 0,
  storageFailsAfter: 0,
  storageSlow: 0,
};
