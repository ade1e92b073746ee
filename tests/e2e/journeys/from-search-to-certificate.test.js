// The main job: a resident finds a class, gets a seat, attends and holds a certificate that anyone can verify; the
// school's clerk and a teacher run the class from the desk. All of it three times, each on a demo of its own: as most
// people do it; by keyboard alone on a narrow screen with the largest text; and with scripts switched off.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { scan, startBrowser, visitor } from '../browser.js';
import { Keyboard, Pointer } from '../hands.js';
import { CLERK, LEARNER, TEACHER, signInButton } from '../people.js';
import { TODAY, startServer } from '../server.js';

const CLASS_PAGE = /\/classes\/([0-9a-z]{13})$/;
const ENROLLED = /\/me\/enrollments\/[0-9a-z]{13}/;
const DAY = 86_400_000;
/** The learner of the demo, and somebody whom the clerk registers. */
const [HERSELF, NEIGHBOUR] = ['王秀英', '沈玉兰'];

const NARROW = { width: 320, height: 640, look: 'largest' };
const HANDS = [
  { hand: new Pointer('by pointer'), staff: { width: 1280, height: 900 } },
  { hand: new Keyboard('by keyboard, 320 px wide, largest text', NARROW), staff: NARROW },
  { hand: new Pointer('without scripts', { scripts: false }), staff: { width: 1280, height: 900, scripts: false } },
];

let browser;

before(async () => {
  browser = await startBrowser();
});

after(() => browser?.close());

/** One way through the whole job. */
class Journey {
  constructor(server, hand, staffOptions) {
    Object.assign(this, { server, hand, staffOptions, faults: [] });
  }

  /** A browser of its own for somebody. */
  async browserOf(options) {
    const opened = await visitor(browser, this.server.url, options);
    this.faults.push(opened.faults);
    return opened.page;
  }

  /** The scan needs scripts in the page; without them only the hand is tried. */
  async scan(page, name) {
    if (this.hand.options.scripts !== false) await scan(page, name);
  }

  async signIn(page, who) {
    await page.context().clearCookies({ name: /^(?!xq_view)/ });
    await page.goto(`${this.server.url}/sign-in`);
    await this.hand.press(page, signInButton(who));
    await page.waitForURL(/\/(me|desk)$/);
  }

  /** Answers with the first bytes of a file that the page's user may open. */
  async file(page, address) {
    const answer = await page.context().request.get(new URL(address, this.server.url).href);
    assert.equal(answer.status(), 200, address);
    return { type: answer.headers()['content-type'], body: await answer.body() };
  }

  async isPdf(page, selector) {
    const address = selector.startsWith('/') ? selector : await page.locator(selector).first().getAttribute('href');
    const { type, body } = await this.file(page, address);
    assert.match(type, /^application\/pdf/, address);
    assert.equal(body.subarray(0, 5).toString(), '%PDF-', address);
  }

  async clerkSeesTheClasses() {
    const { hand } = this;
    this.clerk = await this.browserOf(this.staffOptions);
    const page = this.clerk;
    await this.signIn(page, CLERK);
    await this.scan(page, 'desk');
    this.school = (await page.locator('.org b').innerText()).trim();
    await hand.press(page, '.desk-nav a[href="/desk/classes"]');
    await page.waitForURL(/\/desk\/classes/);
    await this.scan(page, 'classes of the school');
  }

  /** From the start page to a class of the school with a free seat; who wants it is asked to sign in on the way. */
  async learnerGetsASeat() {
    const { hand } = this;
    this.learner = await this.browserOf(hand.options);
    const page = this.learner;
    await page.goto(this.server.url);
    await this.scan(page, 'start page');
    await hand.type(page, 'main input[name=q]', this.school);
    await hand.press(page, 'main form[role=search] button');
    await page.waitForURL(/q=/);
    await hand.tick(page, 'input[name=seats]');
    await hand.press(page, 'main form[role=search] > button');
    await page.waitForURL(/seats=/);
    await this.scan(page, 'list of classes');
    const list = page.url();
    const cards = await page.$$eval('.class-card h3 a', (all) => all.map((one) => one.getAttribute('href')));
    for (const address of cards) {
      if (await this.enrollIn(page, list, address)) break;
    }
    assert.ok(this.chosen, 'a class took the learner');
    await this.scan(page, 'confirmation');
    await this.paysIfAsked(page);
    await this.isPdf(page, 'a[href$="/slip.pdf"]');
  }

  /** In a class with a fee the seat is kept until it is paid: on line, at the demonstration's own provider. */
  async paysIfAsked(page) {
    const { hand } = this;
    const heading = await page.locator('h1').innerText();
    if (heading === '报上了') return;
    assert.equal(heading, '名额给您留着了');
    const enrollment = page.url();
    await hand.press(page, 'main a.button[href^="/me/fees/"]');
    await this.scan(page, 'fee to pay');
    await hand.press(page, 'main form[action$="/pay"] button');
    await page.waitForURL(/\/pay\/demo\//);
    await this.scan(page, 'provider of the demonstration');
    await hand.press(page, 'main form[action^="/pay/demo/"] button[value=pay]');
    await page.waitForURL(/\/me\/fees\//);
    assert.ok((await page.locator('main').innerText()).includes('已交'), 'the fee is paid');
    await this.scan(page, 'fee that is paid');
    await page.goto(enrollment);
  }

  /** Enrols from the list of classes; a class that clashes with another of hers says so and shows a way on. */
  async enrollIn(page, list, address) {
    const { hand } = this;
    if (page.url() !== list) await page.goto(list);
    await hand.press(page, `.class-card h3 a[href="${address}"]`);
    const name = await page.locator('h1').innerText();
    await this.scan(page, 'page of a class');
    const door = '.actions a.button[href$="/enroll"]';
    if ((await page.locator(door).count()) === 0) return false;
    await hand.press(page, door);
    if (/\/sign-in/.test(page.url())) {
      await this.scan(page, 'sign-in');
      await hand.press(page, signInButton(LEARNER));
      await page.waitForURL(/\/enroll$/);
    }
    const button = 'main form[action$="/enroll"]:not(:has([name=accept_waitlist])) button';
    if ((await page.locator(button).count()) === 0) return false;
    await this.scan(page, 'check before enrolling');
    await hand.press(page, button);
    if (ENROLLED.test(page.url())) {
      this.chosen = { name, id: address.match(CLASS_PAGE)[1] };
      return true;
    }
    await this.scan(page, 'refused, and why');
    assert.ok((await page.locator('main .door').count()) > 0, 'a refusal has a way on');
    return false;
  }

  async learnerGivesItBackAndTakesItAgain() {
    const { hand, learner: page } = this;
    await hand.press(page, 'main a[href="/me"]');
    assert.ok((await page.locator('main').innerText()).includes(this.chosen.name), 'the class is in my learning');
    await this.scan(page, 'my learning');
    await hand.press(page, 'main .class-card h3 a');
    await page.waitForURL(ENROLLED);
    assert.equal(await page.locator('h1').innerText(), this.chosen.name, 'the newest stands first');
    await hand.press(page, 'main a[href$="/withdraw"]');
    await this.scan(page, 'before withdrawing');
    await hand.press(page, 'main form[action$="/withdraw"] button.danger');
    assert.ok(await page.locator('.notice', { hasText: '已取消' }).isVisible());
    await hand.press(page, `main a[href="/classes/${this.chosen.id}"]`);
    await hand.press(page, '.actions a.button[href$="/enroll"]');
    await hand.press(page, 'main form[action$="/enroll"] button');
    await page.waitForURL(ENROLLED);
    await this.paysIfAsked(page);
  }

  async clerkEnrolsSomebodyWithoutAPhone() {
    const { hand, clerk: page } = this;
    await hand.press(page, '.desk-nav a[href="/desk/counter"]');
    await this.scan(page, 'counter');
    await hand.press(page, 'details:has(form[action="/desk/counter/people"]) > summary');
    const form = 'form[action="/desk/counter/people"]';
    await hand.type(page, `${form} [name=name]`, NEIGHBOUR);
    await hand.tick(page, `${form} [name=sex][value=female]`);
    await hand.type(page, `${form} [name=birth]`, '1955-03-08');
    await hand.chooseFirst(page, `${form} [name=org]`);
    await hand.press(page, `${form} button`);
    await page.waitForURL(/\/desk\/counter\/[0-9a-z]{13}$/);
    await this.scan(page, 'counter: choose the class');
    await hand.type(page, 'main input[name=q]', this.chosen.name);
    await hand.press(page, 'main form[role=search] button');
    await page.waitForURL(/q=/);
    await hand.press(page, `main a[href$="/${this.chosen.id}"]`);
    await this.scan(page, 'counter: check');
    await hand.press(page, 'main form[action^="/desk/counter/"] button');
    await page.waitForURL(/\/desk\/enrollments\//);
    await this.scan(page, 'counter: done');
    await this.isPdf(page, 'a[href$="/slip.pdf"]');
    if ((await page.locator('main a.button[href^="/desk/fees/"]').count()) > 0) {
      const counter = page.url();
      await hand.press(page, 'main a.button[href^="/desk/fees/"]');
      await this.scan(page, 'counter: the fee');
      await hand.press(page, 'main form[action$="/take"]:has([value=cash]) button');
      assert.ok((await page.locator('main').innerText()).includes('已交'), 'the fee is taken');
      await page.goto(counter);
    }
    await hand.press(page, 'main a[href$="/learners"]');
    const names = await page.locator('main table').innerText();
    assert.ok(names.includes(NEIGHBOUR) && names.includes(HERSELF), 'both stand on the list of the class');
    await this.scan(page, 'list of learners');
    await this.isPdf(page, `/desk/classes/${this.chosen.id}/roll.pdf`);
  }

  async teacherTakesTheRoll() {
    const { hand } = this;
    const page = await this.browserOf(hand.options);
    await this.signIn(page, TEACHER);
    await hand.press(page, 'main a[href$="/roll"]');
    await page.waitForURL(/\/roll/);
    await this.scan(page, 'roll');
    const first = 'ul.roll > li:first-child';
    await hand.tick(page, `${first} input[value=absent]`);
    if (hand.options.scripts === false) {
      await hand.press(page, 'button[name=rest][value=present]');
      assert.match(await page.locator('.notice', { hasText: '点名存好了' }).innerText(), /新记了 [1-9]/);
    } else {
      await page.locator('[data-roll-say]', { hasText: '都已经送出' }).waitFor();
      await hand.press(page, 'button[name=rest][value=present]', { stays: true });
      // The touches are sent beside the page; when none is kept any more, the server has them all.
      await page.waitForFunction(() => localStorage.getItem('xq-roll') === '[]');
      await page.reload();
    }
    assert.match(await page.locator('main').innerText(), /还没点 0/);
    assert.ok(await page.locator(`${first} input[value=absent]`).isChecked());
    await this.scan(page, 'roll, taken');
    await page.context().close();
  }

  async theTermPasses() {
    const { clerk: page } = this;
    await page.goto(`${this.server.url}/desk/classes/${this.chosen.id}`);
    const days = await page.locator('.summary div', { hasText: '日期' }).first().innerText();
    const [, first, later, month, day] = days.match(/(\d{4})年.*至(?:(\d{4})年)?(\d+)月(\d+)日/);
    const last = Date.UTC(Number(later ?? first), Number(month) - 1, Number(day));
    let left = Math.round((last - Date.parse(TODAY)) / DAY) + 1;
    assert.ok(left > 0, 'the class is still to come');
    for (; left > 0; left -= 200) {
      await page.goto(`${this.server.url}/demo`);
      await this.hand.type(page, '[name=days]', String(Math.min(left, 200)));
      await this.hand.press(page, 'form[action="/demo/clock"] button');
      await page.waitForURL(/\/demo$/);
    }
  }

  async clerkBringsThePaperRollAndIssues() {
    const { hand, clerk: page } = this;
    await this.signIn(page, CLERK);
    await hand.press(page, '.desk-nav a[href="/desk/classes"]');
    await hand.type(page, 'main input[name=q]', this.chosen.name);
    await hand.press(page, 'main form[role=search] > button');
    await hand.press(page, `main a[href="/desk/classes/${this.chosen.id}"]`);
    await hand.press(page, 'main a[href$="/sessions"]');
    await this.scan(page, 'sessions of a class');
    const sessions = await page.locator('main tbody tr').count();
    await page.goBack();
    await hand.press(page, 'main a[href$="/attendance"]');
    await this.scan(page, 'attendance before the roll');
    const paper = await this.paperRoll(page, sessions);
    await hand.press(page, 'details:has(form[action$="/attendance/import"]) > summary');
    await hand.giveFile(page, 'input[type=file]', { name: 'roll.csv', mimeType: 'text/csv', buffer: paper });
    await hand.press(page, 'form[action$="/attendance/import"] button');
    await page.waitForURL(/imported=/);
    await this.scan(page, 'attendance');
    await hand.press(page, 'main a[href$="/completion"]');
    await this.scan(page, 'who completes');
    await hand.press(page, 'main form[action$="/completion"] button');
    await hand.press(page, 'main form[action$="/certificates"] button');
    await page.locator('main table', { hasText: HERSELF }).last().waitFor();
    await this.scan(page, 'completion with certificates');
  }

  /** Everybody of the class was there every time. */
  async paperRoll(page, sessions) {
    const { body } = await this.file(page, await page.locator('a[href$="/attendance.csv"]').getAttribute('href'));
    const [head, ...rows] = body.toString('utf8').replace('\ufeff', '').trim().split(/\r?\n/);
    const at = head.split(',').indexOf('学号');
    const numbers = rows.map((row) => row.split(',')[at]);
    assert.ok(numbers.length > 1 && sessions > 0, `${numbers.length} learners, ${sessions} sessions`);
    const lines = numbers.flatMap((number) => Array.from({ length: sessions }, (_, held) => `${number},${held + 1},到`));
    return Buffer.from(['学号,课次,考勤', ...lines].join('\r\n'));
  }

  /** Her archive holds the new certificate; a visitor who types its code learns that it is valid, and not who she is. */
  async learnerHoldsTheCertificate() {
    const { hand, learner: page } = this;
    await this.signIn(page, LEARNER);
    await hand.press(page, 'main a[href="/me/records"]');
    await this.scan(page, 'my archive');
    const course = this.chosen.name.split(/[\s（·]/)[0];
    const line = page.locator('main li', { has: page.locator('a[href^="/verify/"]') }).filter({ hasText: course });
    const pdf = await line.first().locator('a[href$=".pdf"]').getAttribute('href');
    await this.isPdf(page, pdf);
    const code = (await line.first().locator('a[href^="/verify/"]').getAttribute('href')).split('/').pop();
    const other = await this.browserOf(hand.options);
    await other.goto(this.server.url);
    await hand.press(other, 'footer a[href="/verify"]');
    await hand.type(other, 'input[name=code]', code);
    await hand.press(other, 'main form button');
    await other.waitForURL(/\/verify\/./);
    assert.ok(await other.locator('main .tag.good', { hasText: '有效' }).isVisible(), 'the certificate is valid');
    const told = await other.locator('main').innerText();
    assert.ok(told.includes(course) && !told.includes(HERSELF), 'a visitor sees the course, and only the family name');
    await this.scan(other, 'a certificate');
    await other.context().close();
  }

  async end() {
    await this.learner?.context().close();
    await this.clerk?.context().close();
    // A refused enrolment answers 409, and the browser says so.
    assert.deepEqual(this.faults.flat().filter((fault) => !fault.includes('409')), []);
  }
}

for (const { hand, staff } of HANDS) {
  test(`from search to certificate ${hand.name}`, async (t) => {
    const server = await startServer();
    t.after(() => server.stop());
    const journey = new Journey(server, hand, staff);
    const steps = [
      ['the clerk sees the school’s classes', () => journey.clerkSeesTheClasses()],
      ['the learner finds a class of this school and gets a seat', () => journey.learnerGetsASeat()],
      ['the learner gives the seat back and takes it again', () => journey.learnerGivesItBackAndTakesItAgain()],
      ['the clerk enrols somebody without a phone', () => journey.clerkEnrolsSomebodyWithoutAPhone()],
      ['the teacher takes the roll of today', () => journey.teacherTakesTheRoll()],
      ['the term passes', () => journey.theTermPasses()],
      ['the clerk brings in the paper roll, confirms and issues', () => journey.clerkBringsThePaperRollAndIssues()],
      ['the learner holds the certificate, and anyone can verify it', () => journey.learnerHoldsTheCertificate()],
    ];
    for (const [name, step] of steps) {
      let error;
      await t.test(name, async () => {
        await step().catch((wrong) => {
          error = wrong;
          throw wrong;
        });
      });
      // What follows builds on it.
      if (error) break;
    }
    await journey.end();
  });
}
