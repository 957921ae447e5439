import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { type Problem, ProblemSchema, RetryInfoSchema } from '@cpc/protocol/protobuf';

/** A problem as the error of a call: with itself among the details, and how long to wait where it says so. */
export function errorOfProblem(problem: Problem): ConnectError {
  const { retryAfterSeconds: seconds } = problem;
  const retryInfo =
    seconds === undefined
      ? []
      : [
          {
            desc: RetryInfoSchema,
            value: create(RetryInfoSchema, { retryDelay: { seconds: BigInt(seconds) } }),
          },
        ];
  const details = [{ desc: ProblemSchema, value: problem }, ...retryInfo];
  const message = problem.detail ?? problem.title;
  return new ConnectError(message, codeOf(problem), undefined, details);
}

/**
 * The code that says most nearly what the status says, for clients that read nothing else.
 *
 * | problem | code |
 * | --- | --- |
 * | 400, 413, 422 | INVALID_ARGUMENT |
 * | 401 | UNAUTHENTICATED |
 * | 403 | PERMISSION_DENIED |
 * | 404 | NOT_FOUND; UNIMPLEMENTED where no handler has the kind |
 * | 409, 412 | ABORTED: a test-and-set that failed, in the words of gRPC's own list |
 * | 422 `KEY_REUSED` | ALREADY_EXISTS |
 * | 410, 424 | FAILED_PRECONDITION |
 * | 503 | UNAVAILABLE; RESOURCE_EXHAUSTED where it is overloaded |
 * | any other | INTERNAL |
 */
function codeOf({ status, code }: Problem): Code {
  return BY_CODE.get(code) ?? BY_STATUS.get(status) ?? Code.Internal;
}

const BY_CODE: ReadonlyMap<string, Code> = new Map([
  ['KIND_UNKNOWN', Code.Unimplemented],
  ['KEY_REUSED', Code.AlreadyExists],
  ['OVERLOADED', Code.ResourceExhausted],
]);

const BY_STATUS: ReadonlyMap<number, Code> = new Map([
  [400, Code.InvalidArgument],
  [401, Code.Unauthenticated],
  [403, Code.PermissionDenied],
  [404, Code.NotFound],
  [409, Code.Aborted],
  [410, Code.FailedPrecondition],
  [412, Code.Aborted],
  [413, Code.InvalidArgument],
  [422, Code.InvalidArgument],
  [424, Code.FailedPrecondition],
  [503, Code.Unavailable],
]);
