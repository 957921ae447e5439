import {
  answerLost,
  badGateway,
  busy,
  captivePortal,
  combined,
  duplicate,
  type Fault,
  type FaultPlan,
  forged,
  halfAnswer,
  hang,
  hangAfterEffect,
  keyInUse,
  ok,
  randomFailures,
  redirect,
  requestLost,
  serverError,
  signedOut,
} from '@cpc/testing';

/** All the ways in which the fault kit keeps an answer from its sender. */
export const WAYS_TO_FAIL: readonly Fault[] = [
  answerLost,
  halfAnswer,
  requestLost,
  duplicate,
  busy(1, 'date'),
  serverError,
  keyInUse,
  signedOut,
  captivePortal,
  badGateway,
  forged('truncated'),
  forged('otherKey'),
  forged('tooMany'),
  forged('tooFew'),
  forged('empty'),
  forged('notJson'),
];

/** Half of the exchanges fail, in all ways in turn; a few hang on top of that. What carries no operation passes. */
export function badNetwork(elsewhere: string): FaultPlan {
  const ways = [...WAYS_TO_FAIL, redirect(elsewhere)];
  let at = 0;
  const half: FaultPlan = ({ random }) => (random.next() < 0.5 ? (ways[at++ % ways.length] ?? ok) : ok);
  const plan = combined(randomFailures(0.02, [hang, hangAfterEffect]), half);
  return (moment) => (moment.ids.length === 0 ? ok : plan(moment));
}
