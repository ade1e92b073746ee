// Every page that a link leads to, for a visitor and each kind of user: it answers, has no fault of script or content
// policy, fits the screen, and the accessibility scan finds nothing, on phone and desktop, in normal and elder mode.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LOOKS, findings, startBrowser, visitor } from '../browser.js';
import { AUDITOR, BUREAU, CLERK, LEARNER, TEACHER, signIn } from '../people.js';
import { startServer } from '../server.js';

const MOST_PAGES = 120;
/** Addresses that differ only in what is asked for are one kind of page; some of the combinations are opened. */
const MOST_QUERIES = 3;

let server;
let browser;
/** Kinds of pages already scanned as somebody else; what is one's own is scanned for everybody. */
const scanned = new Set();

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const USERS = [
  { name: 'registrar', who: CLERK, doors: ['/desk', '/demo', '/me/settings'] },
  { name: 'learner', who: LEARNER, doors: ['/', '/me', '/demo', '/check-in'] },
  { name: 'visitor', doors: ['/', '/sign-in', '/sign-in?by=card', '/sign-in?by=staff', '/demo', '/verify'] },
  { name: 'teacher', who: TEACHER, doors: ['/desk'] },
  { name: 'district bureau', who: BUREAU, doors: ['/desk'] },
  { name: 'auditor', who: AUDITOR, doors: ['/desk'] },
];

/** The kind of page that an address shows: ids, codes and years stand for each other. */
function kind(path) {
  return path
    .replace(/\/[0-9a-z]{13}(?=[/.]|$)/g, '/{id}')
    .replace(/\/verify\/[^/]+/, '/verify/{code}')
    .replace(/\/\d+(?=[/.]|$)/g, '/{number}');
}

/** Links of the page to follow, without those that only change the look. */
async function links(page) {
  const hrefs = await page.$$eval('a[href]', (all) => all.map((one) => one.href));
  return hrefs
    .map((href) => new URL(href))
    .filter((link) => link.origin === server.url && link.pathname !== '/view')
    .map((link) => link.pathname + link.search);
}

class Crawl {
  constructor(user, page, faults) {
    Object.assign(this, { user, page, faults, wrong: [], pages: 0, seen: new Map(), queue: [] });
  }

  /** Puts an address in line, if its kind has not been seen often enough. */
  want(address, from) {
    const { pathname, searchParams } = new URL(address, server.url);
    const place = kind(pathname);
    const keys = [...new Set(searchParams.keys())].sort().join('&');
    const queries = this.seen.get(place) ?? new Set();
    if (queries.has(keys) || queries.size >= MOST_QUERIES) return;
    queries.add(keys);
    this.seen.set(place, queries);
    this.queue.push({ address, from, place: keys ? `${place}?${keys}` : place });
  }

  async run() {
    this.user.doors.forEach((door) => this.want(door, 'the start'));
    for (let next = this.queue.shift(); next && this.pages < MOST_PAGES; next = this.queue.shift()) {
      await this.open(next).catch((error) => this.wrong.push(`${next.address}: ${error.message}`));
    }
  }

  async open({ address, from, place }) {
    // Asked for beside the page first: a file is not to be shown, only to answer.
    const answer = await this.page.context().request.get(server.url + address, { maxRedirects: 0 });
    const type = answer.headers()['content-type'] ?? '';
    const status = answer.status();
    if (status >= 400) {
      const words = (await answer.text()).match(/<h1>(.*?)<\/h1>/)?.[1] ?? '';
      this.wrong.push(`${address} (linked from ${from}): ${status} ${words}`);
    }
    if (status !== 200 || !type.startsWith('text/html')) return;
    this.pages += 1;
    await this.look(address, place);
  }

  async look(address, place) {
    const own = /^\/(desk|me|)$/.test(place);
    const fresh = own || !scanned.has(place);
    scanned.add(place);
    const looks = fresh ? LOOKS : LOOKS.slice(0, 1);
    let shown = '';
    for (const look of looks) {
      const url = server.url;
      await this.page.context().addCookies([{ name: 'xq_view', value: `${look.look}.auto.zh`, url }]);
      await this.page.setViewportSize({ width: look.width, height: look.height });
      if (shown !== look.look) await this.page.goto(url + address);
      shown = look.look;
      if (fresh) this.wrong.push(...(await findings(this.page, look.name)));
      this.wrong.push(...this.faults.splice(0).map((fault) => `${address}: ${fault}`));
    }
    for (const link of await links(this.page)) this.want(link, address);
  }
}

for (const user of USERS) {
  test(`pages of ${user.name}`, async () => {
    const { context, page, faults } = await visitor(browser, server.url);
    if (user.who) await signIn(page, server.url, user.who);
    const crawl = new Crawl(user, page, faults);
    await crawl.run();
    assert.ok(crawl.pages >= user.doors.length, `${crawl.pages} pages were found`);
    assert.deepEqual(crawl.wrong, []);
    await context.close();
  });
}

test('an unknown address and a form that is not filled in', async () => {
  const { context, page } = await visitor(browser, server.url);
  const answer = await page.goto(`${server.url}/no-such-page`);
  assert.equal(answer.status(), 404);
  assert.deepEqual(await findings(page, 'unknown address'), []);
  assert.equal((await page.goto(`${server.url}/verify/AAAABBBBCCCCDDDD`)).status(), 404);
  assert.deepEqual(await findings(page, 'unknown certificate'), []);
  await page.goto(`${server.url}/sign-in`);
  await page.locator('form[action="/sign-in/phone"] button').click();
  await page.waitForURL(/\/sign-in\/phone$/);
  assert.ok(await page.locator('.error-summary a').first().isVisible(), 'the page says what is missing');
  assert.deepEqual(await findings(page, 'errors of a form'), []);
  await context.close();
});

test('the program reported no fault of its own', () => {
  const faults = server.said().split('\n').filter((line) => /\b(ERROR|panicked)\b|"level":"(error|ERROR)"/.test(line));
  assert.deepEqual(faults, []);
});
