// Every page that a link leads to, for a visitor and each kind of user: it answers, has no fault of script or content
// policy, fits the screen, and the accessibility scan finds nothing, on phone and desktop, in normal and elder mode.
// Each kind of page is scanned once, for the first user who gets there; what is one's own is scanned for everybody.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LOOKS, findings, startBrowser, visitor } from '../browser.js';
import { LEARNER, OFFICERS_OF_THE_DRAW, ROLES, signIn } from '../people.js';
import { startServer } from '../server.js';

const MOST_PAGES = 200;
/** Addresses that differ only in what is asked for are one kind of page; some of the combinations are opened. */
const MOST_QUERIES = 3;
/** Users who are on their way at the same time: the server and each page's scan take about one core together. */
const AT_ONCE = 2;

let server;
let browser;
/** Kinds of pages already scanned, as whoever it was. */
const scanned = new Set();

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const USERS = [
  { name: 'visitor', doors: ['/', '/sign-in', '/sign-in?by=card', '/sign-in?by=staff', '/demo', '/verify'] },
  { name: LEARNER, who: LEARNER, doors: ['/', '/me', '/demo', '/check-in'] },
  ...ROLES.map((role) => ({ name: role, who: role, doors: ['/desk', '/me/settings'] })),
];

/** The kind of page that an address shows: ids, codes and years stand for each other. */
function kind(path) {
  return path
    .replace(/\/[0-9a-z]{13}(?=[/.]|$)/g, '/{id}')
    .replace(/\/verify\/[^/]+/, '/verify/{code}')
    .replace(/\/metrics\/[^/]+/, '/metrics/{metric}')
    .replace(/\/cells\/[^/]+/, '/cells/{cell}')
    .replace(/\/\d+(?=[/.]|$)/g, '/{number}');
}

/** Links of a page to follow, without those that only change the look. */
function links(html) {
  const plain = (text) =>
    text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))).replaceAll('&amp;', '&');
  return [...html.matchAll(/<a\s[^>]*?href="([^"]*)"/g)]
    .map(([, href]) => new URL(plain(href), server.url))
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
    assert.equal(this.queue.length, 0, `not all was looked at after ${this.pages} pages`);
  }

  async open({ address, from, place }) {
    // Asked for beside the page first: a file is not to be shown, only to answer.
    const answer = await this.page.context().request.get(server.url + address, { maxRedirects: 0 });
    const type = answer.headers()['content-type'] ?? '';
    const status = answer.status();
    const html = type.startsWith('text/html') ? await answer.text() : '';
    if (status >= 400) {
      this.wrong.push(`${address} (linked from ${from}): ${status} ${html.match(/<h1>(.*?)<\/h1>/)?.[1] ?? ''}`);
    }
    if (status !== 200 || !html) return;
    this.pages += 1;
    const own = /^\/(desk|me|)$/.test(place);
    if (own || !scanned.has(place)) {
      scanned.add(place);
      await this.look(address);
    }
    for (const link of links(html)) this.want(link, address);
  }

  async look(address) {
    let shown = '';
    for (const look of LOOKS) {
      await this.page.setViewportSize({ width: look.width, height: look.height });
      if (shown !== look.look) {
        await this.page.context().addCookies([{ name: 'xq_view', value: `${look.look}.auto.zh`, url: server.url }]);
        await this.page.goto(server.url + address);
        shown = look.look;
      }
      this.wrong.push(...(await findings(this.page, look.name)));
      this.wrong.push(...this.faults.splice(0).map((fault) => `${address}: ${fault}`));
    }
  }
}

test('every page', { concurrency: AT_ONCE }, async (t) => {
  const crawls = USERS.map((user) =>
    t.test(`pages of ${user.name}`, async (t) => {
      const { context, page, faults } = await visitor(browser, server.url);
      if (user.who) await signIn(page, server.url, user.who);
      const crawl = new Crawl(user, page, faults);
      await crawl.run();
      t.diagnostic(`${crawl.pages} pages`);
      assert.ok(crawl.pages >= user.doors.length, `${crawl.pages} pages were found`);
      assert.deepEqual(crawl.wrong, []);
      await context.close();
    }),
  );
  await Promise.all(crawls);
});

test('the sign-in page has a button for each of these roles, and no other', async () => {
  const { context, page } = await visitor(browser, server.url);
  await page.goto(`${server.url}/sign-in`);
  const roles = await page.$$eval('input[name=role]', (all) => all.map((one) => one.value));
  assert.deepEqual(roles.sort(), [LEARNER, ...OFFICERS_OF_THE_DRAW, ...ROLES].sort());
  await context.close();
});

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
