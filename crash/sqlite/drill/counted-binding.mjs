/**
 * A binding that counts what is asked of SQLite, one for each statement and one for each row that it gave, and from a
 * bound on refuses everything: so a loop without an end is found by what it does, on a machine of any speed.
 *
 * @param {import('@cpc/storage-sqlite').SqliteBinding} binding
 * @param {number} bound
 */
export function countedBinding(binding, bound) {
  const counted = { name: binding.name, steps: 0, isOver: false, open };
  return counted;

  async function open(file, options) {
    const driver = await binding.open(file, options);
    return {
      get inTransaction() {
        return driver.inTransaction;
      },
      exec: (sql) => {
        // What was begun can be ended whatever was counted.
        if (sql !== 'ROLLBACK') count(1);
        driver.exec(sql);
      },
      prepare: (sql) => counting(driver.prepare(sql)),
      close: () => driver.close(),
      faultOf: (error) => (error instanceof TooManySteps ? 'other' : driver.faultOf(error)),
    };
  }

  function counting(statement) {
    const run = (how, values) => {
      count(1);
      return statement[how](...values);
    };
    return {
      run: (...values) => run('run', values),
      get: (...values) => run('get', values),
      all: (...values) => {
        const rows = run('all', values);
        count(rows.length);
        return rows;
      },
    };
  }

  function count(steps) {
    counted.steps += steps;
    if (counted.steps <= bound) return;
    counted.isOver = true;
    throw new TooManySteps(`More than ${bound} steps: this is a loop without an end.`);
  }
}

class TooManySteps extends Error {
  name = 'TooManySteps';
}
