// A whole season at the senior university and a school, each step as the next grows out of it: a couple applies for a
// draw, the list is sealed, two officers enter the randomness, anybody computes the result again and sees a changed
// letter; a drawn seat is given up and goes down the list; a former learner takes a seat by first come, pays on line
// and leaves; a class below its minimum is merged and somebody does not go along; the cashier pays back and closes
// the day. With the boards and what everybody was told.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startBrowser, visitor } from '../browser.js';
import { CLERK, LEARNER, OFFICERS_OF_THE_DRAW, daysPass, signIn, signInByName } from '../people.js';
import { PROGRAM, startServer } from '../server.js';
import { steps } from '../steps.js';

const PHONE = { width: 390, height: 844, look: 'large' };
const DESK = { width: 1280, height: 900 };
const HUSBAND = { login: 'demo-learner-2', number: 'X00000019', birth: '1951-05-18', name: '陆德明' };
const RANDOM = { text: '2026-11-28 03 11 18 22 27 31 07', source: '中国福利彩票双色球第 2026138 期开奖公告' };

let server;
let browser;
let learner;
let officer;
let head;
let round;
const { wrong, look, api, main, says, open, press } = steps(() => server);

before(async () => {
  browser = await startBrowser();
  server = await startServer();
  learner = (await visitor(browser, server.url, PHONE)).page;
  officer = (await visitor(browser, server.url, DESK)).page;
  head = (await visitor(browser, server.url, DESK)).page;
  await signIn(learner, server.url, LEARNER);
  await signIn(officer, server.url, OFFICERS_OF_THE_DRAW[1]);
  await signIn(head, server.url, OFFICERS_OF_THE_DRAW[0]);
  round = (await api('/rounds')).items.find((one) => one.method === 'draw');
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

test('a couple applies as one, and half a companion is not left out unsaid', async () => {
  await open(learner, `/rounds/${round.id}/apply`);
  await learner.selectOption('#f-wish_1', { index: 1 });
  await learner.selectOption('#f-wish_2', { index: 3 });
  await learner.fill('#f-companion_birth_1', HUSBAND.birth);
  await press(learner, '提交报名申请');
  await learner.getByText('请填第 1 位同行人的学号').first().waitFor();
  assert.equal(await learner.inputValue('#f-companion_birth_1'), HUSBAND.birth);
  await look(learner, 'half a companion');
  await learner.fill('#f-companion_number_1', HUSBAND.number);
  await press(learner, '提交报名申请');
  await learner.getByText('申请收到了').waitFor();
  assert.match(await main(learner), /王秀英、陆德明/);
  await look(learner, 'applied');
  assert.match(await says('王秀英和您一起报名'), /回执号/);
});

test('sealed, drawn by two officers, published', async () => {
  await daysPass(officer, server.url, 6);
  for (const [page, who] of [[officer, OFFICERS_OF_THE_DRAW[1]], [head, OFFICERS_OF_THE_DRAW[0]], [learner, LEARNER]]) {
    await signIn(page, server.url, who);
  }
  await open(officer, `/desk/rounds/${round.id}`);
  await press(officer, '封存名单，公开指纹');
  await officer.getByText('名单已封存，指纹已公开').waitFor();
  await look(officer, 'sealed');
  const enter = async (page, text) => {
    await open(page, `/desk/rounds/${round.id}`);
    await page.fill('#f-text', text);
    await page.fill('#f-source', RANDOM.source);
    await press(page, '录入随机数');
  };
  await enter(officer, RANDOM.text);
  await officer.getByText('等另一位工作人员录入').first().waitFor();
  await enter(head, `${RANDOM.text}1`);
  await head.getByText('和第一位录入的不一样，没有采用').first().waitFor();
  await enter(head, RANDOM.text);
  await head.getByText('已摇号。核对后公布').waitFor();
  await press(head, '公布摇号结果');
  await says('摇号结果：这次没有摇中');
  await head.reload();
  assert.match(await main(head), /现在有名额（人）/);
  assert.match(await main(head), /等交费 \d+ 人/);
  assert.doesNotMatch(await main(head), /正在公布/);
  await look(head, 'the board of a published draw');
});

test('anybody computes the draw again, and one changed letter shows', async () => {
  await open(learner, `/rounds/${round.id}`);
  await press(learner, '在我的手机上重新算一遍');
  const said = learner.locator('[data-draw-say]');
  await said.filter({ hasText: '一致：名单、次序、名额和候补都和公布的一样' }).waitFor();
  await look(learner, 'the result');
  const text = await fetch(`${server.url}/rounds/${round.id}/draw.json`).then((answer) => answer.text());
  const receipt = JSON.parse(text).entrants[7].receipt;
  const changed = text.replace(receipt, receipt.slice(0, -1) + ((Number(receipt.at(-1)) + 1) % 10));
  const folder = await mkdtemp(join(tmpdir(), 'xuequan-draw-'));
  for (const [name, body, words] of [['draw.json', text, /^一致/], ['changed.json', changed, /^不一致/]]) {
    const path = join(folder, name);
    await writeFile(path, body);
    await learner.setInputFiles('[data-draw-file]', path);
    await learner.waitForFunction((match) => new RegExp(match).test(document.querySelector('[data-draw-say]').textContent), words.source);
    const code = await new Promise((done) => execFile(PROGRAM, ['draw', 'verify', path], (error) => done(error?.code ?? 0)));
    assert.equal(code === 0, name === 'draw.json', `the verifier off line says the same of ${name}`);
  }
  await rm(folder, { recursive: true });
  await open(learner, '/me');
  await learner.locator('main a[href^="/me/signups/"]').first().click();
  assert.match(await main(learner), /您排在第 \d+ 位/);
  await look(learner, 'why');
});

/** Whether who waits first for a class has a telephone; a learner without one is told by the school, not by a message. */
async function firstInLineHasTelephone(list) {
  for (let path = list; path; path = await officer.getByRole('link', { name: '下一页' }).getAttribute('href')) {
    await open(officer, path);
    const first = officer.locator('main tbody tr', { hasText: '候补中（第 1 位）' });
    if (await first.count()) return /\d/.test(await first.locator('[data-label=手机]').innerText());
  }
  throw new Error(`nobody waits first on ${list}`);
}

async function giveUpASeat(list) {
  await open(officer, list);
  await officer.locator('main tbody tr', { hasText: '名额已留' }).first().locator('a').click();
  await officer.waitForLoadState();
  await officer.locator('summary', { hasText: '取消这个报名' }).click();
  await officer.fill('details[open] [name=reason]', '本人来电说不上了');
  await officer.locator('details[open] form[action$="/withdraw"] button').click();
  await officer.waitForLoadState();
}

test('a drawn seat that is given up goes to who waits', async () => {
  const drawn = (await api(`/rounds/${round.id}`)).classes[0];
  const list = `/desk/classes/${drawn.id}/learners`;
  while (!(await firstInLineHasTelephone(list))) await giveUpASeat(list);
  await giveUpASeat(list);
  // Elsewhere a turn may come in the same minute.
  assert.match(await says(`轮到您了：“${drawn.name}”`), /名额已给您留着。学费 .* 元，请在/);
});

test('first come: a former learner takes a seat, pays on line, and leaves', async () => {
  const former = (await api('/rounds')).items.find((one) => one.audience === 'former');
  const place = (await api(`/rounds/first-come/${former.id}`)).classes[2];
  await open(learner, `/classes/${place.id}/enroll`);
  await press(learner, '报名这个班');
  await learner.getByText('名额给您留着了').waitFor();
  await open(officer, `/desk/rounds/first-come/${former.id}`);
  assert.match(await main(officer), /等交费 [1-9]\d* 人/);
  await look(officer, 'the board of first come');
  const enrollment = new URL(learner.url()).pathname;
  await learner.getByRole('link', { name: '去交学费' }).click();
  await press(learner, /在网上交/);
  await press(learner, '付错金额');
  await learner.getByText('金额不对').first().waitFor();
  await look(learner, 'a wrong sum');
  await learner.goto(`${server.url}${enrollment.replace('enrollments', 'fees')}`);
  await press(learner, /在网上交/);
  await press(learner, /^付 .* 元$/);
  await learner.getByText('已交').first().waitFor();
  await look(learner, 'paid');
  assert.match(await says(`“${place.name}”的学费`), /已收到，您已报上。2027年/);
  await open(learner, `${enrollment}/withdraw`);
  await learner.getByText(/现在取消，退给您 .* 元/).waitFor();
  await press(learner, '取消报名');
  assert.match(await says(`您在“${place.name}”的报名已取消`), /学费退 .* 元，由学校原路退回/);
  await open(learner, '/me/fees');
  await learner.getByText(/已交，要退 .* 元/).waitFor();
  await look(learner, 'a refund is owed');
});

test('a class below its minimum is merged; who does not go along gets everything back', async () => {
  await signIn(head, server.url, 'school_head');
  await signIn(officer, server.url, CLERK);
  const listed = await head.context().request.get(`${server.url}/api/v1/desk/classes?limit=200`).then((answer) => answer.json());
  const few = listed.items.filter((one) => one.status === 'published' && one.enrolled > 1 && one.enrolled < one.minimum && one.fee_fen > 0);
  few.sort((a, b) => b.fee_fen - a.fee_fen);
  const old = few[0];
  await open(head, `/desk/classes/${old.id}/merge`);
  await look(head, 'which class to merge into');
  const row = head.locator('main tbody tr', { has: head.getByRole('button', { name: '并到这个班' }) }).filter({ hasText: '差价退还' }).first();
  const into = await row.locator('th').innerText();
  await row.getByRole('button').click();
  await head.getByText('已并班').waitFor();
  assert.match(await says(`您报的“${old.name}”人数不够`), /不去，.* 元 全部退给您/);
  await head.locator('main').getByText(/已并到/).first().waitFor();
  await open(head, `/desk/classes/${old.id}/merge`);
  await look(head, 'who has answered');
  await head.locator('main a[href$="/merge"]').first().click();
  await press(head, /不去，全部退费/);
  assert.match(await says(`“${into}”不去了`), new RegExp(`您交过的 ${old.fee_fen / 100} 元 全部退还`));
});

test('the cashier pays back and closes the day to the fen', async () => {
  await open(officer, '/desk/fees');
  await look(officer, 'refunds');
  const before = await officer.locator('form[action^="/desk/fee-refunds/"]').count();
  assert.ok(before > 0, 'the differences of the merge are owed');
  // Every fee goes back the way it was paid; the button says which.
  const button = officer.locator('form[action^="/desk/fee-refunds/"] button').first();
  const way = (await button.innerText()).trim();
  await press(officer, way);
  assert.match(await says('的学费退给您'), { 退现金: /退的是现金/, 退到卡上: /退到卡上/, 网上已原路退: /原路退回/ }[way]);
  await open(officer, '/desk/closings');
  await officer.locator('main a[href^="/desk/closings/"]').first().click();
  const cash = Number((await main(officer)).match(/账上现金\s+(-?[\d,]+(?:\.\d+)?) 元/)[1].replaceAll(',', ''));
  // Where more went out in cash than came in, what the change lent is counted.
  const count = cash < 0 ? '#f-lent' : '#f-counted';
  await officer.fill(count, String(Math.abs(cash) + 1));
  await press(officer, '结到今天');
  await officer.getByText('真的不一样，请写下原因').first().waitFor();
  await look(officer, 'a count that differs');
  await officer.fill(count, String(Math.abs(cash)));
  await press(officer, '结到今天');
  await officer.getByText('不能再撤销。要留底').waitFor();
  await look(officer, 'a closed day');
});

test('the husband, who was named by her, sees how they stand; no page has a fault', async () => {
  await signInByName(head, server.url, HUSBAND.login);
  await open(head, '/me');
  await head.getByText(round.name).first().waitFor();
  assert.deepEqual(wrong, []);
});
