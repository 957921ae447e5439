/** What the process ends with. Scripts may rely on these numbers. */
export const EXIT = {
  /** Done, and nothing needs attention. */
  ok: 0,
  /** Done, and something needs attention: `doctor` found problems, `drain` left operations behind. */
  attention: 1,
  /** The command line is wrong; nothing was opened. */
  usage: 2,
  /** The file cannot be read: missing, not permitted, no database, no such queue, damaged, an older or newer format. */
  unreadable: 3,
  /** In use: a worker holds a lease that lasts, or another process the file's lock. */
  inUse: 4,
  /** An operation that was named is not there, or not in a state for it. Others that were named were changed. */
  notFound: 5,
  /** It could not be done, for another reason: the disk is full, the queue holds what this tool cannot send. */
  failed: 6,
  /** Interrupted (Ctrl-C); leases were released. */
  interrupted: 130,
  /** Nobody reads the output any more. */
  pipeClosed: 141,
  /** Told to end (SIGTERM); leases were released. */
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The same for `--help`. */
export const EXIT_HELP = `
Exit codes:
  0    done, nothing needs attention
  1    done, and something needs attention: doctor found problems, drain left operations
  2    the command line is wrong
  3    the file cannot be read: missing, no permission, no database, no such queue,
       damaged, of an older or newer format
  4    in use: a worker holds a lease that lasts, or another process the file's lock
  5    an operation that was named is not there, or not in a state for it
  6    it could not be done for another reason; the message says which
  130  interrupted; 143 told to end; 141 the reader of the output went away`;
