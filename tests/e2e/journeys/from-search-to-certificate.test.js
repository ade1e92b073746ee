// The main job: a resident finds a class, gets a seat, attends and holds a certificate that anyone can verify; the
// school's clerk and a teacher run the class from the desk. First as most people do it, then by keyboard on a narrow
// screen with the largest text, then without scripts. The clock of the demo moves in the last test only.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { scan, startBrowser, visitor } from '../browser.js';
import { CLERK, LEARNER, TEACHER, signIn, signInButton } from '../people.js';
import { TODAY, startServer } from '../server.js';

const CLASS_PAGE = /\/classes\/([0-9a-z]{13})$/;
const ENROLLED = /\/me\/enrollments\/[0-9a-z]{13}/;
const DAY = 86_400_000;

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const h1 = (page) => page.locator('h1').innerText();

/** Answers with the first bytes of a file that the page's user may open. */
async function file(page, address) {
  const answer = await page.context().request.get(new URL(address, server.url).href);
  assert.equal(answer.status(), 200, address);
  return { type: answer.headers()['content-type'], body: await answer.body() };
}

async function isPdf(page, address) {
  const { type, body } = await file(page, address);
  assert.match(type, /^application\/pdf/, address);
  assert.equal(body.subarray(0, 5).toString(), '%PDF-', address);
}

/** Enrols in the first class of this list that takes the learner; others clash with what the learner has already. */
async function enrollInOneOf(page, addresses) {
  for (const address of addresses) {
    await page.goto(server.url + address);
    const door = page.locator('.actions a.button[href$="/enroll"]');
    if ((await door.count()) === 0) continue;
    const name = await h1(page);
    await door.click();
    const button = page.locator('main form[action$="/enroll"]:not(:has([name=accept_waitlist])) button');
    if ((await button.count()) === 0) continue;
    await scan(page, 'check before enrolling');
    await button.click();
    await page.waitForLoadState();
    if (ENROLLED.test(page.url())) return { name, id: address.match(CLASS_PAGE)[1] };
    await scan(page, 'refused, and why');
    assert.ok((await page.locator('main .door').count()) > 0, 'a refusal has a way on');
  }
  return assert.fail('no class took the learner');
}

async function withdraw(page) {
  await page.locator('a[href$="/withdraw"]').click();
  await page.locator('main form[action$="/withdraw"] button.danger').click();
  await page.waitForURL(/\/me/);
}

/** A visitor checks the certificate with this code by typing it. */
async function verify(code) {
  const { context, page, faults } = await visitor(browser, server.url);
  await page.goto(`${server.url}/verify`);
  await page.locator('input[name=code]').fill(code);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/verify\/./);
  assert.ok(await page.locator('main .tag.good', { hasText: '有效' }).isVisible(), 'the certificate is valid');
  assert.ok(!(await page.locator('main').innerText()).includes('王秀英'), 'a visitor sees only the family name');
  await scan(page, 'a certificate');
  assert.deepEqual(faults, []);
  await context.close();
}

/** Presses Tab until what has the focus is found by the selector. */
async function tabTo(page, selector) {
  for (let presses = 0; presses < 300; presses += 1) {
    await page.keyboard.press('Tab');
    const found = await page.evaluate((wanted) => {
      const here = document.activeElement;
      if (!here?.matches(wanted)) return false;
      const box = here.getBoundingClientRect();
      const style = getComputedStyle(here);
      return {
        shown: box.bottom > 0 && box.top < window.innerHeight && box.left >= 0 && box.right <= window.innerWidth + 1,
        ringed: style.outlineStyle !== 'none' || style.boxShadow !== 'none',
      };
    }, selector);
    if (found) {
      assert.deepEqual(found, { shown: true, ringed: true }, `${selector} on ${page.url()} is seen to have the focus`);
      return;
    }
  }
  assert.fail(`${selector} cannot be reached by Tab on ${page.url()}`);
}

async function press(page, selector) {
  await tabTo(page, selector);
  await Promise.all([page.waitForEvent('domcontentloaded'), page.keyboard.press('Enter')]);
  await page.waitForLoadState('load');
}

test('by keyboard, 320 px wide, largest text', async () => {
  const { context, page, faults } = await visitor(browser, server.url, { width: 320, height: 640, look: 'largest' });
  const fits = (name) => scan(page, name);
  await page.goto(server.url);
  await fits('start page');
  await tabTo(page, 'main input[name=q]');
  await page.keyboard.type('书法');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/classes\?/);
  await fits('list of classes');
  // By the filters only classes with a free seat are left.
  await tabTo(page, 'input[name=seats]');
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await page.waitForURL(/seats=/);
  await press(page, '.class-card h3 a');
  await fits('page of a class');
  await press(page, '.actions a[href$="/enroll"]');
  await page.waitForURL(/\/sign-in/);
  await fits('sign-in');
  await press(page, signInButton(LEARNER));
  await page.waitForURL(/\/enroll$/);
  await fits('check before enrolling');
  await press(page, 'main form[action$="/enroll"] button');
  await page.waitForURL(ENROLLED);
  assert.equal(await h1(page), '报上了');
  await fits('confirmation');
  await press(page, 'main a[href="/me"]');
  await fits('my learning');
  await press(page, 'main .class-card a');
  await page.waitForURL(ENROLLED);
  await press(page, 'main a[href$="/withdraw"]');
  await fits('before withdrawing');
  await press(page, 'main button.danger');
  await page.waitForURL(/\/me/);
  await page.goto(`${server.url}/me`);
  await press(page, 'main a[href="/me/records"]');
  await fits('my archive');
  await press(page, 'main a[href^="/verify/"]');
  await fits('a certificate');
  assert.ok(await page.locator('main .tag.good', { hasText: '有效' }).isVisible());
  assert.deepEqual(faults, []);
  await context.close();
});

test('without scripts', async () => {
  const { context, page } = await visitor(browser, server.url, { scripts: false });
  await page.goto(server.url);
  await page.locator('main input[name=q]').fill('书法');
  await page.locator('main form[role=search] button').click();
  await page.waitForURL(/q=/);
  const cards = await page.$$eval('.class-card h3 a', (all) => all.map((one) => one.getAttribute('href')));
  await signIn(page, server.url, LEARNER);
  let name = '';
  for (const card of cards) {
    await page.goto(server.url + card);
    const door = page.locator('.actions a.button[href$="/enroll"]');
    if ((await door.count()) === 0) continue;
    name = await h1(page);
    await door.click();
    await page.locator('main form[action$="/enroll"] button').first().click();
    if (ENROLLED.test(page.url())) break;
  }
  assert.match(page.url(), ENROLLED);
  const mine = page.url();
  await page.goto(`${server.url}/me`);
  assert.ok((await page.locator('main').innerText()).includes(name), 'the class is in my learning');
  // Another class of hers may have the same name: the address says which.
  await page.goto(mine);
  await withdraw(page);
  await page.goto(`${server.url}/me/records`);
  await page.locator('main a[href^="/verify/"]').first().click();
  assert.ok(await page.locator('main .tag.good', { hasText: '有效' }).isVisible());
  await context.close();
});

test('learner, clerk and teacher: from search to certificate', async (t) => {
  const learner = await visitor(browser, server.url);
  const staff = await visitor(browser, server.url, { width: 1280, height: 900 });
  let school;
  let chosen;

  await t.test('the clerk sees the school’s classes', async () => {
    const { page } = staff;
    await signIn(page, server.url, CLERK);
    await scan(page, 'desk');
    school = (await page.locator('.org b').innerText()).trim();
    await page.locator('.desk-nav a', { hasText: '班级' }).click();
    await page.waitForURL(/\/desk\/classes/);
    await scan(page, 'classes of the school');
  });

  await t.test('the learner finds a class of this school and gets a seat', async () => {
    const { page } = learner;
    await signIn(page, server.url, LEARNER);
    await page.locator('.site-nav a', { hasText: '找课' }).click();
    await page.locator('main input[name=q]').fill(school);
    await page.locator('input[name=seats]').check();
    await page.locator('main form[role=search] > button').click();
    await page.waitForURL(/q=/);
    const cards = await page.$$eval('.class-card h3 a', (all) => all.map((one) => one.getAttribute('href')));
    chosen = await enrollInOneOf(page, cards);
    assert.equal(await h1(page), '报上了');
    await scan(page, 'confirmation');
    await isPdf(page, await page.locator('a[href$="/slip.pdf"]').getAttribute('href'));
    await page.locator('main a[href="/me"]').click();
    assert.ok((await page.locator('main').innerText()).includes(chosen.name), 'the class is in my learning');
    await scan(page, 'my learning');
  });

  await t.test('the clerk enrols somebody without a phone at the counter', async () => {
    const { page } = staff;
    await page.locator('.desk-nav a', { hasText: '柜台报名' }).click();
    await scan(page, 'counter');
    await page.locator('summary', { hasText: '登记新学员' }).click();
    const form = page.locator('form[action="/desk/counter/people"]');
    await form.locator('[name=name]').fill('沈玉兰');
    await form.locator('[name=sex][value=female]').check();
    await form.locator('[name=birth]').fill('1955-03-08');
    await form.locator('[name=org]').selectOption({ index: 1 });
    await form.locator('button').click();
    await page.waitForURL(/\/desk\/counter\/[0-9a-z]{13}$/);
    await scan(page, 'counter: choose the class');
    await page.locator('main input[name=q]').fill(chosen.name);
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=/);
    await page.locator(`main a[href$="/${chosen.id}"]`).click();
    await scan(page, 'counter: check');
    await page.locator('main form .button, main form button').last().click();
    await page.waitForURL(/\/desk\/enrollments\//);
    await scan(page, 'counter: done');
    await isPdf(page, await page.locator('a[href$="/slip.pdf"]').getAttribute('href'));
    await page.locator('main a[href$="/learners"]').click();
    const list = await page.locator('main table').innerText();
    assert.ok(list.includes('沈玉兰') && list.includes('王秀英'), 'both stand on the list of the class');
    await scan(page, 'list of learners');
    await isPdf(page, `/desk/classes/${chosen.id}/roll.pdf`);
  });

  await t.test('the teacher takes the roll of today', async () => {
    const { page, faults } = await visitor(browser, server.url);
    await signIn(page, server.url, TEACHER);
    await page.locator('main a[href$="/roll"]', { hasText: '点名' }).last().click();
    await page.waitForURL(/\/roll/);
    await scan(page, 'roll');
    const first = page.locator('ul.roll > li').first();
    await first.locator('label.mark', { hasText: '缺席' }).click();
    await page.locator('[data-roll-say]', { hasText: '都已经送出' }).waitFor();
    await page.locator('button[name=rest][value=present]').click();
    // The touches are sent beside the page; when none is kept any more, the server has them all.
    await page.waitForFunction(() => localStorage.getItem('xq-roll') === '[]');
    await page.reload();
    assert.match(await page.locator('main').innerText(), /还没点 0/);
    assert.ok(await page.locator('ul.roll > li').first().locator('input[value=absent]').isChecked());
    await scan(page, 'roll, taken');
    assert.deepEqual(faults, []);
    await rollWithoutScripts(new URL(page.url()).pathname);
    await page.context().close();
  });

  await t.test('the term passes; the clerk brings in the paper roll, confirms and issues', async () => {
    const { page } = staff;
    await page.goto(`${server.url}/desk/classes/${chosen.id}`);
    const days = await page.locator('.summary div', { hasText: '日期' }).first().innerText();
    await page.locator('main a[href$="/sessions"]').click();
    await scan(page, 'sessions of a class');
    const sessions = await page.locator('main tbody tr').count();
    await afterTheClass(page, days);
    await signIn(page, server.url, CLERK);
    await page.goto(`${server.url}/desk/classes/${chosen.id}`);
    await page.locator('main a[href$="/attendance"]').click();
    await scan(page, 'attendance before the roll');
    await bringPaper(page, sessions);
    await page.waitForURL(/imported=/);
    await scan(page, 'attendance');
    await page.locator('main a[href$="/completion"]').click();
    await scan(page, 'who completes');
    await page.locator('main form[action$="/completion"] button').click();
    await page.locator('main form[action$="/certificates"] button').click();
    await page.locator('main table', { hasText: '王秀英' }).last().waitFor();
    await scan(page, 'completion with certificates');
  });

  await t.test('the learner holds the certificate, and anyone can verify it', async () => {
    const { page, faults } = learner;
    await signIn(page, server.url, LEARNER);
    await page.locator('main a[href="/me/records"]').click();
    await scan(page, 'my archive');
    const course = chosen.name.split(/[\s（·]/)[0];
    const line = page.locator('main li', { has: page.locator('a[href^="/verify/"]') }).filter({ hasText: course });
    await isPdf(page, await line.first().locator('a[href$=".pdf"]').getAttribute('href'));
    for (const link of await page.locator('main a[href^="/verify/"]').all()) {
      await verify((await link.getAttribute('href')).split('/').pop());
    }
    // A refused enrolment answers 409, and the browser says so.
    assert.deepEqual(faults.filter((fault) => !fault.includes('409')), []);
  });

  assert.deepEqual(staff.faults, []);
  await learner.context.close();
  await staff.context.close();
});

/** The roll is a plain form, too: the first learner came late after all. */
async function rollWithoutScripts(address) {
  const { context, page } = await visitor(browser, server.url, { scripts: false });
  await signIn(page, server.url, TEACHER);
  await page.goto(server.url + address);
  await page.locator('ul.roll > li').first().locator('input[value=late]').check({ force: true });
  await page.locator('button:not([name])', { hasText: '保存点名' }).click();
  assert.match(await page.locator('.notice', { hasText: '点名存好了' }).innerText(), /新记了 [1-9]/);
  await context.close();
}

/** Moves the demo to the day after the last one of such a range: `2027年3月2日至6月28日`. */
async function afterTheClass(page, range) {
  const [, first, later, month, day] = range.match(/(\d{4})年.*至(?:(\d{4})年)?(\d+)月(\d+)日/);
  const last = Date.UTC(Number(later ?? first), Number(month) - 1, Number(day));
  let left = Math.round((last - Date.parse(TODAY)) / DAY) + 1;
  assert.ok(left > 0, 'the class is still to come');
  for (; left > 0; left -= 200) {
    await page.goto(`${server.url}/demo`);
    await page.locator('[name=days]').fill(String(Math.min(left, 200)));
    await page.locator('form[action="/demo/clock"] button').click();
    await page.waitForURL(/\/demo$/);
  }
}

/** Gives in the paper roll of the whole class: everybody was there every time. */
async function bringPaper(page, sessions) {
  const { body } = await file(page, await page.locator('a[href$="/attendance.csv"]').getAttribute('href'));
  const [head, ...rows] = body.toString('utf8').replace('\ufeff', '').trim().split(/\r?\n/);
  const at = head.split(',').indexOf('学号');
  const numbers = rows.map((row) => row.split(',')[at]);
  assert.ok(numbers.length > 1 && sessions > 0, `${numbers.length} learners, ${sessions} sessions`);
  const lines = numbers.flatMap((number) => Array.from({ length: sessions }, (_, held) => `${number},${held + 1},到`));
  const paper = Buffer.from(['学号,课次,考勤', ...lines].join('\r\n'));
  await page.locator('summary', { hasText: '导入纸质名单' }).click();
  await page.locator('input[type=file]').setInputFiles({ name: 'roll.csv', mimeType: 'text/csv', buffer: paper });
  await page.locator('form[action$="/attendance/import"] button').click();
}
