// Who has no telephone has the same chance: a daughter applies in a draw for her mother, changes the wishes and reads what
// stands; a clerk of the senior university leaves an early ask for the mother, takes it back, leaves it again, and it is
// decided at the opening. At 320 px in elder mode, with the accessibility scan of every page on the way.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startBrowser, visitor } from '../browser.js';
import { CLERK, LEARNER, OFFICERS_OF_THE_DRAW, registerAtCounter, signIn } from '../people.js';
import { startServer } from '../server.js';
import { steps } from '../steps.js';

const MOTHER = '沈玉兰';
const NARROW = { width: 320, height: 640, look: 'large' };
const OFFICER = OFFICERS_OF_THE_DRAW[1];

let server;
let browser;

before(async () => {
  browser = await startBrowser();
  server = await startServer();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const { wrong, look, api } = steps(() => server);

/** The mother's id: the clerk registers her, and that her daughter with this number acts for her. */
async function registered(clerk, number) {
  const mother = await registerAtCounter(clerk, server.url, { name: MOTHER, idNumber: '310112195003150028' });
  await clerk.goto(`${server.url}/desk/people/${mother}/family`);
  await clerk.fill('#f-number', number);
  await clerk.check('input[name=relation][value=child]');
  await clerk.check('input[name=check][value=id_card]');
  await clerk.fill('#f-reason', '本人没有手机');
  await clerk.getByRole('button', { name: '本人在场同意，登记代办人' }).click();
  await clerk.getByRole('table').waitFor();
  return mother;
}

/** Moves the clock from opening to opening until it stands shortly before this one. */
async function toOpening(page, opens) {
  const [, year, month, day] = opens.match(/^(\d+)-(\d+)-(\d+)/);
  const wanted = `现在是 ${year}年${Number(month)}月${Number(day)}日`;
  for (let tries = 0; tries < 6; tries += 1) {
    await page.goto(`${server.url}/demo`);
    if ((await page.locator('main').innerText()).includes(wanted)) return;
    const moved = page.waitForResponse((answer) => answer.url().endsWith('/demo') && answer.status() === 200);
    await page.locator('form[action="/demo/opening"] button').click();
    await moved;
  }
  throw new Error(`the clock never came to ${opens}`);
}

test('a daughter in a draw, and a clerk before an opening, for who has no telephone', async () => {
  const daughter = (await visitor(browser, server.url, NARROW)).page;
  const clerk = (await visitor(browser, server.url, NARROW)).page;
  await signIn(daughter, server.url, LEARNER);
  await signIn(clerk, server.url, CLERK);
  await daughter.goto(`${server.url}/me/settings`);
  const number = (await daughter.content()).match(/X\d{8}/)[0];
  const mother = await registered(clerk, number);

  // The draw: for whom, the wishes, the receipt.
  const rounds = (await api('/rounds')).items;
  const draw = rounds.find((round) => round.method === 'draw' && round.status === 'planned');
  await daughter.goto(`${server.url}/rounds/${draw.id}/apply`);
  await daughter.getByText(`妈妈（${MOTHER}）`).click();
  await daughter.selectOption('#f-wish_1', { index: 1 });
  await look(daughter, 'for whom in the draw');
  await daughter.getByRole('button', { name: '提交报名申请' }).click();
  await daughter.waitForURL(/\/me\/signups\//);
  await daughter.getByText(`已告诉${MOTHER}是您替办的`).waitFor();
  await look(daughter, 'received');

  // Changed: taken back, and filled in again from what stood there.
  await daughter.locator('summary', { hasText: '撤回这份申请，或改志愿' }).click();
  await daughter.getByRole('button', { name: '撤回这份申请' }).click();
  await daughter.getByRole('link', { name: '照这份改一改，重新报' }).click();
  assert.equal(await daughter.isChecked(`input[name=for][value="${mother}"]`), true);
  assert.notEqual(await daughter.inputValue('#f-wish_1'), '');
  await daughter.selectOption('#f-wish_1', { index: 2 });
  await daughter.getByRole('button', { name: '提交报名申请' }).click();
  await daughter.waitForURL(/\/me\/signups\//);
  await daughter.goto(`${server.url}/me`);
  await daughter.getByRole('link', { name: draw.name }).waitFor();
  await look(daughter, 'her signup among mine');
  await daughter.goto(`${server.url}/rounds/${draw.id}`);
  await daughter.getByText(`${MOTHER}已经在这个批次报过名`).waitFor();
  await look(daughter, 'the round');

  // The officer's board says by which way they came; then three minutes before newcomers may enrol.
  const officer = (await visitor(browser, server.url, NARROW)).page;
  await signIn(officer, server.url, OFFICER);
  await officer.goto(`${server.url}/desk/rounds/${draw.id}`);
  await officer.getByRole('rowheader', { name: '家人代办' }).waitFor();
  const newcomers = await api(`/rounds/first-come/${rounds.find((round) => round.audience === 'newcomers').id}`);
  await toOpening(officer, newcomers.opens);
  await signIn(officer, server.url, OFFICER);
  await officer.goto(`${server.url}/desk/counter/${mother}/${newcomers.classes[0].id}`);
  await officer.getByText('工作人员也看不到').waitFor();
  await look(officer, 'before the opening');
  await officer.getByRole('button', { name: `给${MOTHER}提前登记` }).click();
  await officer.getByRole('heading', { name: '已提前登记' }).waitFor();
  await look(officer, 'left');
  const slip = await officer.getByRole('link', { name: '打印凭条' }).getAttribute('href');
  const printed = await officer.request.get(server.url + slip);
  assert.equal(printed.headers()['content-type'], 'application/pdf');
  await officer.locator('summary', { hasText: '本人不想报了' }).click();
  await officer.getByRole('button', { name: '按本人的意思撤回登记' }).click();
  await officer.getByText('已撤回').waitFor();
  await look(officer, 'taken back');
  await officer.goto(`${server.url}/desk/counter/${mother}/${newcomers.classes[0].id}`);
  await officer.getByRole('button', { name: `给${MOTHER}提前登记` }).click();
  await officer.waitForURL(/\/desk\/early\//);
  const left = officer.url();

  // The next day it is decided.
  await officer.goto(`${server.url}/demo`);
  await officer.locator('[name=days]').first().fill('1');
  await officer.getByRole('button', { name: '把时间往后拨' }).click();
  await signIn(officer, server.url, OFFICER);
  for (let tries = 0; tries < 30; tries += 1) {
    await officer.goto(left);
    if ((await officer.getByRole('heading', { name: /有结果了|没有报上/ }).count()) > 0) break;
    await officer.waitForTimeout(500);
  }
  await officer.getByRole('heading', { name: '有结果了' }).waitFor();
  await look(officer, 'decided');
  await officer.getByRole('link', { name: '看这个报名' }).click();
  await officer.getByText(MOTHER).first().waitFor();
  assert.deepEqual(wrong, []);
});
