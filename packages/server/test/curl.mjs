/** The little of curl that the README uses, for machines without it: `-s`, `-H` and `-d`, which makes it a POST. */
const [, , ...args] = process.argv;
const headers = {};
let body;
let url;
for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
  if (arg === '-H') {
    const [, name, value] = /^(.+?): (.*)$/.exec(args.shift());
    headers[name] = value;
  } else if (arg === '-d') body = args.shift();
  else if (arg !== '-s') url = arg;
}
const response = await fetch(url, { method: body === undefined ? 'GET' : 'POST', headers, body });
process.stdout.write(await response.text());
