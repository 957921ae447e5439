import { open } from 'node:fs/promises';

// #region faults
/** A disk that fails where a test says so. What it opens are real files. */
export class FaultyDisk {
  #handles = [];
  /** What the next write meets, given the handle and what is to be written. */
  #next = undefined;
  #isFull = false;
  #gate = undefined;

  openFile = async (path, flags) => {
    const handle = await open(path, flags);
    const real = { write: handle.write.bind(handle), truncate: handle.truncate.bind(handle) };
    handle.write = (...write) => this.#write(handle, real, write);
    this.#handles.push(handle);
    return handle;
  };

  /** What the conformance suite asks for. */
  faults = {
    failNextWrite: () => {
      this.#next = async () => {
        throw errorOf('EIO');
      };
    },
    // Half of the line is in the file, and the disk does not even take it back.
    tearNextWrite: () => {
      this.#next = async (handle, { write, truncate }, [bytes, from, length, at]) => {
        await write(bytes, from, Math.floor(length / 2), at);
        handle.truncate = async () => {
          handle.truncate = truncate;
          throw errorOf('EIO');
        };
        throw errorOf('EIO');
      };
    },
    fillDisk: () => {
      this.#isFull = true;
      return () => (this.#isFull = false);
    },
    holdWrites: () => {
      let release;
      const until = new Promise((resolve) => (release = resolve));
      const reached = new Promise((resolve) => (this.#gate = { until, reached: resolve }));
      return { reached, release };
    },
    loseHandle: async () => {
      for (const handle of this.#handles.splice(0)) await handle.close();
    },
  };

  async #write(handle, real, write) {
    this.#gate?.reached();
    await this.#gate?.until;
    const fault = this.#next;
    this.#next = undefined;
    if (fault !== undefined) return fault(handle, real, write);
    if (!this.#isFull) return real.write(...write);
    // A disk that runs full takes what fits, and says so at the next write.
    const [bytes, from, length, at] = write;
    if (from > 0) throw errorOf('ENOSPC');
    return real.write(bytes, from, Math.floor(length / 2), at);
  }
}

function errorOf(code) {
  return Object.assign(new Error(`the disk failed, as the test says: ${code}`), { code });
}
// #endregion
