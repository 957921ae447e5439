import { startJudgeServer } from './judge-server.mjs';
import { SCENES } from './scenes.mjs';

/** A real Chromium, which is installed where there is none; each scene has a judge of its own. */
export function open() {
  const scenes = Object.entries(SCENES).map(([name, play]) => [name, (how) => judged(play, how)]);
  return { store: 'IndexedDB', scenes: Object.fromEntries(scenes) };
}

async function judged(play, how) {
  const server = await startJudgeServer();
  try {
    const { kills, note, faults = [] } = await play({ ...how, server });
    const { resent, late, lost, ...verdict } = server.ledger.verdict();
    const notes = [`${resent} resent, ${late} late`, note].filter(Boolean).join('; ');
    return { ...verdict, kills, lost: [...lost, ...faults], note: notes };
  } finally {
    await server.close();
  }
}
