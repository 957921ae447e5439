import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('main.mjs', import.meta.url));

/**
 * How long a job may take. Its work is bounded by steps that take a second or two, so that nothing takes as long on any
 * machine but a loop within one step, or one that is counted by nobody.
 */
const WITHIN_MS = 120_000;

/** A process that takes jobs, one after the other; it is started anew where one of them was its end. */
export class Drill {
  #binding;
  #child;

  /** @param {{ name: string, node: string }} binding */
  constructor(binding) {
    this.#binding = binding;
  }

  /**
   * @param {string} job
   * @param {object} details
   * @param {{ onWord?: (message: object) => void, withinMs?: number }} [rules] who hears what it says before its report,
   * and how long it may take
   * @returns {Promise<any>} its report, or `{ broken }` with the words for what it came to instead
   */
  async run(job, details, { onWord = () => undefined, withinMs = WITHIN_MS } = {}) {
    this.#child ??= await this.#start();
    const child = this.#child;
    const answer = await new Promise((resolve) => {
      const timer = setTimeout(
        () => end({ failure: 'it has no end, or its event loop stands still' }),
        withinMs,
      );
      const end = (given) => {
        clearTimeout(timer);
        child.off('message', hear).off('exit', onExit);
        resolve(given);
      };
      const hear = (message) => {
        if (message.report === undefined && message.failure === undefined) onWord(message);
        else end(message);
      };
      const onExit = (code, signal) => end({ failure: `the process ended: ${code ?? signal}` });
      child.on('message', hear).on('exit', onExit);
      child.send({ job, ...details });
    });
    if (answer.failure === undefined) return answer.report;
    await this.close();
    return { broken: answer.failure };
  }

  /** Sends a word to the job that is under way. */
  say(word) {
    this.#child?.send(word);
  }

  async close() {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async #start() {
    const { name, node } = this.#binding;
    // Options of this Node may mean nothing to that one.
    const env = { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' };
    const child = fork(MAIN, [name], { execPath: node, execArgv: [], env });
    await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`a process with ${name} did not start: ${code}`)));
    });
    return child;
  }
}
