// What enrolment has beside its rounds, each in the shape in which people meet it: a turn that comes; an interview that
// two officers decide; changing classes and a long absence; people who wait and get a class of their own; a trial lesson,
// and an ask left before the doors open; papers that a family signs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startBrowser, visitor } from '../browser.js';
import { CLERK, LEARNER, OFFICERS_OF_THE_DRAW, daysPass, registerAtCounter, signIn } from '../people.js';
import { startServer } from '../server.js';
import { steps } from '../steps.js';

const PHONE = { width: 390, height: 844, look: 'large' };
const DESK = { width: 1280, height: 900 };
const OLD_MOTHER = { name: '沈玉兰', born: '19440315' };

let server;
let browser;
let learner;
let clerk;
let officer;
let head;
const { wrong, look, api, main, says, open, press } = steps(() => server);

/** The classes of the clerk's school that take enrolments for the next term. */
async function classes() {
  const answer = await clerk.context().request.get(`${server.url}/api/v1/desk/classes?limit=200`);
  return (await answer.json()).items.filter((one) => one.status === 'published');
}

/** An identity number of somebody born on that day, with its check digit. */
function idNumber(born) {
  const body = `310112${born}002`;
  const sum = [...body].reduce((all, digit, at) => all + Number(digit) * [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2][at], 0);
  return body + '10X98765432'[sum % 11];
}

before(async () => {
  browser = await startBrowser();
  server = await startServer();
  const page = async (options, who) => {
    const opened = (await visitor(browser, server.url, options)).page;
    await signIn(opened, server.url, who);
    return opened;
  };
  learner = await page(PHONE, LEARNER);
  clerk = await page(DESK, CLERK);
  officer = await page(DESK, OFFICERS_OF_THE_DRAW[1]);
  head = await page(DESK, OFFICERS_OF_THE_DRAW[0]);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

test('somebody gives up a seat, and the next in turn has it until it is paid', async () => {
  const waiting = (await classes()).find((one) => one.name === '国画花鸟入门' && one.waitlisted > 0);
  await open(clerk, `/desk/classes/${waiting.id}/learners`);
  await clerk.locator('main tbody a[href^="/desk/enrollments/"]').first().click();
  await clerk.waitForLoadState();
  await clerk.locator('summary', { hasText: '取消这个报名' }).click();
  await clerk.locator('details[open] form[action$="/withdraw"] button').click();
  await clerk.locator('.error-summary').waitFor();
  await look(clerk, 'taken off without a reason');
  await clerk.fill('details[open] [name=reason]', '本人来电说不上了');
  await clerk.locator('details[open] form[action$="/withdraw"] button').click();
  await clerk.waitForLoadState();
  assert.match(await says('轮到您了：“国画花鸟入门”'), /请在 .* 前交/);
  await open(learner, '/me');
  assert.match(await main(learner), /国画花鸟入门[^]*名额已留，等交费/);

  // She does not want it any more: one page asks once more, and the seat goes on down the list.
  await learner.locator('main li', { hasText: '名额已留，等交费' }).locator('a').first().click();
  await learner.getByRole('link', { name: '取消报名' }).click();
  await look(learner, 'not wanted any more');
  await press(learner, '取消报名');
  await learner.getByText('已取消。名额会让给候补的人').waitFor();
});

test('an interview: noted by one officer, confirmed by another, told to everybody', async () => {
  const round = (await api('/rounds')).items.find((one) => one.method === 'interview');
  const place = (await api(`/rounds/${round.id}`)).classes[0];
  await open(officer, `/desk/rounds/${round.id}/classes/${place.id}`);
  const outcomes = officer.locator('select[name^=outcome_]');
  const all = await outcomes.count();
  for (let at = all - 8; at < all; at += 1) await outcomes.nth(at).selectOption(at === all - 1 ? 'declined' : 'chosen');
  const save = () => officer.locator('main form button').last().click();
  await save();
  await officer.getByText('还没有填未录取的原因').first().waitFor();
  await look(officer, 'no reason');
  await officer.locator('input[name^=reason_]').last().fill('气息还要练，可以先上声乐初级班');
  await save();
  await officer.waitForURL(/done=noted/);
  await press(officer, '提交复核');
  assert.match(await main(officer), /等另一位工作人员复核/);
  await open(head, `/desk/rounds/${round.id}`);
  await head.locator('summary', { hasText: '退回修改' }).click();
  await head.locator('#f-send-back').evaluate((box) => box.removeAttribute('required'));
  await head.locator('details[open] button').click();
  await head.getByText('请填写退回的原因').first().waitFor();
  await open(head, `/desk/rounds/${round.id}`);
  await press(head, '核对好了，确认名单');
  await press(head, '公布录取结果');
  assert.match(await says('这次没有录取：气息还要练'), /回执号/);
  await open(head, `/desk/rounds/${round.id}`);
  await look(head, 'a published selection');
  await open(learner, `/rounds/${round.id}`);
  const shown = (await api(`/rounds/${round.id}`)).classes[0].seats;
  assert.equal(shown, place.seats, 'what was given does not change how many seats there were');
  await look(learner, 'the round for everybody');
});

test('changing classes is asked, refused with a reason, and told', async () => {
  await open(clerk, '/desk/transfers');
  const row = clerk.locator('main tbody tr').filter({ hasText: '王秀英' });
  await row.locator('[name=note]').evaluate((box) => box.removeAttribute('required'));
  await row.getByRole('button', { name: '不同意' }).click();
  await clerk.getByText('还没有填不同意的原因').waitFor();
  await look(clerk, 'refused without a reason');
  await row.locator('[name=note]').fill('那个班这学期不收插班');
  await row.getByRole('button', { name: '不同意' }).click();
  assert.match(await says('那个班这学期不收插班'), /转/);
  await open(learner, '/me');
  await learner.locator('main li', { hasText: '微信与短视频' }).locator('a').first().click();
  await learner.waitForLoadState();
  await learner.getByRole('link', { name: '转班' }).click();
  await press(learner, '申请转班');
  await learner.getByText('请选择转到哪个班').first().waitFor();
  await look(learner, 'asked for nothing');
  await learner.locator('input[name=class]').first().check({ force: true });
  await learner.fill('#f-reason', '那天要带孙子');
  await press(learner, '申请转班');
  await open(clerk, '/desk/transfers');
  await press(clerk, '同意，现在就转');
  assert.match(await says('您已从“微信与短视频”转到'), /不是您的意思/);
});

test('a pause is asked, granted, and over by coming back', async () => {
  await open(learner, '/me');
  await learner.locator('main li', { hasText: '楷书入门' }).locator('a').first().click();
  await learner.waitForLoadState();
  await learner.getByRole('link', { name: '休学' }).click();
  await press(learner, '申请休学');
  await learner.getByText('请填写为什么休学').first().waitFor();
  await look(learner, 'a pause without a reason');
  await learner.fill('#f-reason', '要住院，下学期回来');
  await press(learner, '申请休学');
  await learner.getByText('等学校答复').waitFor();
  await look(learner, 'a pause asked for');
  await open(clerk, '/desk/suspensions');
  await look(clerk, 'wishes to pause');
  await press(clerk, '同意休学');
  assert.match(await says('从“楷书入门”休学'), /学籍给您留到/);
  await learner.reload();
  await press(learner, '回来上课');
  await learner.getByText('请选择回到哪个班').first().waitFor();
  await look(learner, 'back to no class');
  await learner.locator('input[name=class]').first().check({ force: true });
  await press(learner, '回来上课');
  await learner.getByText('已报上').first().waitFor();
  assert.match(await says('您已复学'), /楷书入门/);
});

test('who stays away is called first, and then a person decides', async () => {
  await open(clerk, '/desk/absences');
  const before = await clerk.locator('main tbody tr').count();
  await clerk.locator('main tbody a').first().click();
  await clerk.waitForLoadState();
  await press(clerk, '记下电话和决定');
  await clerk.getByText('请填写电话里怎么说的').first().waitFor();
  await look(clerk, 'nobody was called');
  await clerk.check('input[name=whom][value=learner]', { force: true });
  await clerk.fill('#f-called_on', '2026-11-22');
  await clerk.fill('#f-said', '搬到女儿家去了，不来了');
  await clerk.check('input[name=decision][value=withdraw]', { force: true });
  await clerk.fill('#f-note', '本人说不来了');
  await press(clerk, '记下电话和决定');
  await clerk.waitForURL(/\/desk\/absences(\?|$)/);
  assert.equal(await clerk.locator('main tbody tr').count(), before - 1);
});

test('people who wait get a class of their own, and keep their place until they have paid', async () => {
  await signIn(head, server.url, 'school_head');
  await open(head, '/desk/demand');
  await look(head, 'unmet demand');
  await head.getByRole('link', { name: '看怎么加开' }).first().click();
  await head.getByText('为什么是这个').first().waitFor();
  await look(head, 'proposals');
  await press(head, '开这个班，通知候补的人');
  await head.getByText('新班已开').waitFor();
  assert.match(await says('排的人多，新开了'), /候补位置还在/);
  await look(head, 'opened');
});

test('a trial lesson, and an ask left before the doors open', async () => {
  const former = (await api('/rounds')).items.find((one) => one.audience === 'former');
  const place = (await api(`/rounds/first-come/${former.id}`)).classes[2];
  await open(learner, `/classes/${place.id}/trial`);
  await press(learner, '约这次试听');
  await learner.getByText('请选择试听哪一次课').first().waitFor();
  await look(learner, 'which lesson');
  await learner.locator('input[name=session]').first().check({ force: true });
  await press(learner, '约这次试听');
  assert.match(await says('试听'), new RegExp(place.name));
  await open(learner, '/me');
  await look(learner, 'my trials');

  // To three minutes before the opening of former learners; the ask is left, and decided when the doors open.
  await open(officer, '/demo');
  await press(officer, '拨到开始前三分钟');
  await officer.getByText(/现在是 2026年11月25日 08:5/).waitFor();
  await signIn(learner, server.url, LEARNER);
  await open(learner, `/classes/${place.id}/enroll`);
  await press(learner, '提前登记');
  await learner.getByText('已登记，到点自动报').waitFor();
  await look(learner, 'waiting for the doors');
  const waits = learner.url();
  await daysPass(officer, server.url, 1);
  await says(`“${place.name}”的名额已给您留着`);
  await signIn(learner, server.url, LEARNER);
  await learner.goto(waits);
  await learner.getByText('有结果了').waitFor();
  await look(learner, 'decided');
});

test('at 82 a seat is kept, and theirs when the family has signed', async () => {
  // Days have passed: whoever was signed in comes in again.
  await signIn(clerk, server.url, CLERK);
  await open(learner, '/me/settings');
  const number = (await learner.content()).match(/X\d{8}/)[0];
  const person = { name: OLD_MOTHER.name, idNumber: idNumber(OLD_MOTHER.born) };
  const mother = await registerAtCounter(clerk, server.url, person);
  const free = (await classes()).find((one) => one.fee_fen === 0 && one.seats_left > 1 && one.age_max === null);
  await open(clerk, `/desk/counter/${mother}/${free.id}`);
  await press(clerk, '报上这个班');
  assert.match(await main(clerk), /名额已留，等交材料.*还要签：家人同意书/s);
  await look(clerk, 'a seat that waits for papers');
  const enrollment = clerk.url().match(/enrollments\/([0-9a-z]{13})/)[1];
  await open(clerk, `/desk/enrollments/${enrollment}/papers`);
  await press(clerk, '记下这份材料');
  await clerk.getByText('请选择签字人和学员的关系').first().waitFor();
  await look(clerk, 'nobody signed');

  // The daughter may act for her, and signs on her own telephone.
  await open(clerk, `/desk/people/${mother}/family`);
  await clerk.fill('#f-number', number);
  await clerk.check('input[name=relation][value=child]');
  await clerk.check('input[name=check][value=id_card]');
  await clerk.fill('#f-reason', '本人没有手机');
  await press(clerk, '本人在场同意，登记代办人');
  await clerk.getByRole('table').waitFor();
  await open(learner, `/me/enrollments/${enrollment}/papers/consent`);
  await look(learner, 'the consent');
  await press(learner, '我看完了，同意并签名');
  await open(learner, `/me/enrollments/${enrollment}`);
  assert.match(await main(learner), /已报上/);
  await open(learner, '/me/papers');
  await look(learner, 'papers');
});

test('no page on the way has a fault', () => assert.deepEqual(wrong, []));
