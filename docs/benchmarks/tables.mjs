import { existsSync, readFileSync } from 'node:fs';

/** The measured runs that the performance page shows, in this order; each is a file of `npm run bench:… -- --json`. */
const RUNS = ['engine', 'stores', 'server'];

/** The tables of the performance page. */
export function tables() {
  return RUNS.map((name) => new URL(`${name}.json`, import.meta.url))
    .filter((file) => existsSync(file))
    .map((file) => sectionOf(JSON.parse(readFileSync(file, 'utf8'))))
    .join('\n');
}

/** The page with the tables of the committed runs in it. */
export function withTables(page) {
  return page.replace(/(?<=<!-- tables -->\n).*(?=<!-- \/tables -->)/s, () => `\n${tables()}\n`);
}

function sectionOf({ machine, rows, goals }) {
  const works = [...new Set(rows.map(({ work }) => work))];
  const on = `Measured on ${machine.cores} cores of ${machine.cpu}, ${machine.memoryGB} GB, Node ${machine.node}.`;
  return [...works.flatMap((work) => tableOf(work, rows)), goalsOf(goals), on, ''].join('\n');
}

function tableOf(work, rows) {
  const lines = rows
    .filter((row) => row.work === work)
    .map(
      ({ name, opsPerSecond, note }) =>
        `| ${cell(name)} | ${opsPerSecond.toLocaleString('en')} | ${cell(note ?? '')} |`,
    );
  return [`### ${work}`, '', '| who | operations a second | |', '| --- | ---: | --- |', ...lines, ''];
}

function goalsOf(goals) {
  const lines = goals.map(
    ({ goal, value, met }) => `| ${cell(goal)} | ${value} | ${met ? 'met' : '**not met**'} |`,
  );
  return ['| goal | measured | |', '| --- | ---: | --- |', ...lines, ''].join('\n');
}

function cell(text) {
  return text.replaceAll('|', '\\|');
}
