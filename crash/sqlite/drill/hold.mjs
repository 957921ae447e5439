// A connection that goes on reading one state of the file until it is told to end: a transaction that somebody forgot.

/**
 * @param {import('@cpc/storage-sqlite').SqliteBinding} binding
 * @param {{ file: string }} job
 */
export async function hold(binding, { file }) {
  const driver = await binding.open(file);
  driver.exec('BEGIN');
  driver.prepare('SELECT count(*) FROM cpc_queue_operations').get();
  process.send({ holds: true });
  await new Promise((resolve) => {
    const end = ({ letGo }) => {
      if (!letGo) return;
      process.off('message', end);
      resolve();
    };
    process.on('message', end);
  });
  driver.exec('ROLLBACK');
  driver.close();
  return {};
}
