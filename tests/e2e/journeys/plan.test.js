// The year of a district office: the plan's document is uploaded, corrected, issued and aligned to the city's; its
// targets move by themselves; a return opens filled and goes up three levels; the cockpit shows it all. No figure that
// the system knows is typed.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { startBrowser, visitor } from '../browser.js';
import { daysPass, signIn } from '../people.js';
import { startServer, TODAY } from '../server.js';
import { steps } from '../steps.js';

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844, look: 'large' };

let server;
let browser;
let bureau;
let office;
let year;
let plan;
let school;
let sum;
const { wrong, look, main, open, press } = steps(() => server);

before(async () => {
  browser = await startBrowser();
  server = await startServer();
  bureau = (await visitor(browser, server.url, DESK)).page;
  await signIn(bureau, server.url, 'district_bureau');
  office = (await visitor(browser, server.url, DESK)).page;
  await signIn(office, server.url, 'street_office');
  year = TODAY.slice(0, 4);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** The counts follow the beginning of the installation in the background. */
async function figuresAreThere(page) {
  for (let tries = 0; tries < 120; tries += 1) {
    await open(page, '/desk/metrics/attendance.visits');
    if (!/还没有数据/.test(await main(page))) return;
    await new Promise((later) => setTimeout(later, 1_000));
  }
  assert.fail('the counts did not come');
}

test('a document that cannot be read is refused with a way on, and pasted text comes back', async () => {
  await open(bureau, '/desk/plans/new');
  await bureau.selectOption('select', { label: '闵行区' });
  await bureau.locator('textarea').fill('没有条目的一句话');
  await press(bureau, '读这份文件');
  assert.match(await main(bureau), /没有|读不/);
  assert.equal(await bureau.locator('textarea').inputValue(), '没有条目的一句话');
  await look(bureau, 'not readable');
});

test('the document becomes a draft, one item is corrected, and the plan is issued', async () => {
  const text = await readFile(new URL('../../../data/documents/m22.txt', import.meta.url), 'utf8');
  await open(bureau, '/desk/plans/new');
  await bureau.selectOption('select', { label: '闵行区' });
  await bureau.locator('textarea').fill(text.replaceAll('2022', year));
  await press(bureau, '读这份文件');
  plan = new URL(bureau.url()).pathname;
  const draft = await main(bureau);
  assert.match(draft, /35 条/);
  assert.match(draft, /老年教育社会学习点/);
  assert.match(draft, /122/);
  await look(bureau, 'draft');
  await bureau.getByRole('link', { name: /没把握的/ }).click();
  await bureau.getByRole('button', { name: '读得对，认可这一条' }).first().click();
  await bureau.waitForLoadState();
  await open(bureau, `${plan}/issue`);
  await look(bureau, 'issue');
  await press(bureau, '印发这份计划');
  assert.match(await main(bureau), /已印发/);
});

test('it is aligned to the city’s, and what has no counterpart is shown', async () => {
  await open(bureau, `${plan}/alignment`);
  await bureau.locator('main table a').first().click();
  await bureau.waitForLoadState();
  const sure = bureau.getByRole('button', { name: /确认很像的/ });
  if (await sure.count()) await sure.click();
  await bureau.waitForLoadState();
  const words = await main(bureau);
  assert.match(words, /已对标（[1-9]/);
  assert.match(words, /本计划还没有承接的/);
  await look(bureau, 'alignment');
});

test('targets that are metrics move by themselves', async () => {
  await figuresAreThere(bureau);
  await open(bureau, `${plan}/progress`);
  await look(bureau, 'progress');
  const task = bureau.locator('main table a', { hasText: '养教结合学习点' }).first();
  await task.click();
  await bureau.waitForLoadState();
  assert.match(await main(bureau), /\d+ 个/);
  await look(bureau, 'task');
});

/** Says in every table of a return that what is empty is none. */
async function fillUp(page, path) {
  await open(page, path);
  const tables = await page.locator('main nav a[href*="table="]').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  for (const table of [`${path}?table=T1`, ...tables]) {
    await open(page, table);
    const rest = page.getByRole('button', { name: '空着的都填 0，保存' });
    if (await rest.count()) {
      await rest.click();
      await page.waitForLoadState();
    }
  }
}

/** Files a return; says why something is missing, as a page asks for. */
async function file(page, path) {
  await open(page, path);
  await page.locator('main form[action$="/file"] textarea').fill('本年度有的项目没有开展。');
  await press(page, '上报给上级');
}

test('a return opens filled, comes back by one cell, and is approved', async () => {
  const head = (await visitor(browser, server.url, PHONE)).page;
  await signIn(head, server.url, 'school_head');
  await open(head, '/desk/returns');
  await look(head, 'returns');
  await press(head, '开始填报');
  const path = new URL(head.url()).pathname;
  [school] = (await head.locator('main h1').innerText()).split(' ');
  await open(head, `${path}?table=T5`);
  assert.match(await main(head), /系统/);
  await look(head, 'return, phone');
  await press(head, '上报给上级');
  assert.match(await main(head), /要先填好或改好/);
  await fillUp(head, path);
  await file(head, path);
  assert.match(await main(head), /待核对/);
  await open(office, `${path}/review`);
  await look(office, 'review');
  await office.locator('main input[name^="k."]').first().fill('请核对这个数');
  await press(office, '退回写了意见的格');
  await open(head, path);
  assert.match(await main(head), /退回修改/);
  assert.match(await main(head), /请核对这个数/);
  await file(head, path);
  await open(office, `${path}/review`);
  await press(office, '核对通过');
  await open(bureau, `${path}/review`);
  await press(bureau, '审核通过');
  await open(head, path);
  assert.match(await main(head), /已审核/);
  await head.context().close();
});

/** Who stands above finds a return in order and approves it. */
async function approve(above, path) {
  await open(above, `${path}/review`);
  await press(above, '核对通过');
  await open(above, `${path}/review`);
  await press(above, '审核通过');
}

/** Begins the return of an organisation from the list; gives its path. */
async function begin(page, name) {
  await open(page, '/desk/returns');
  const row = page.locator('main tr', { has: page.locator('th', { hasText: new RegExp(`^${name}$`) }) });
  await row.getByRole('button').click();
  await page.waitForLoadState();
  return new URL(page.url()).pathname;
}

test('street and district sum up what was approved, and the city approves it', async () => {
  const district = await begin(bureau, '闵行');
  assert.match(await main(bureau), /这是汇总表/);
  await press(bureau, '上报给上级');
  assert.match(await main(bureau), /下级还没有审核通过的报表，没有数可以汇总/);
  await look(bureau, 'nothing to sum up');
  // The street of the school whose return was approved.
  await open(office, '/desk/returns');
  const names = await office.locator('main tbody th').allInnerTexts();
  const street = names.find((name) => !name.includes('学校') && school.startsWith(name.trim())).trim();
  const below = await begin(office, street);
  await look(office, 'sum');
  await fillUp(office, below);
  await file(office, below);
  await approve(bureau, below);
  const city = (await visitor(browser, server.url, DESK)).page;
  await signIn(city, server.url, 'city');
  await open(bureau, `${district}/refresh`);
  await bureau.locator('main form button').first().click();
  await bureau.waitForLoadState();
  await fillUp(bureau, district);
  await file(bureau, district);
  await approve(city, district);
  await open(bureau, district);
  assert.match(await main(bureau), /已审核|已锁定/);
  sum = district;
  await open(city, sum);
  assert.doesNotMatch(await main(city), /定为年度版/, 'the year is not over');
  await city.context().close();
});

test('the cockpit shows the figures, and one click leads to the rows', async () => {
  for (const [size, name] of [[DESK, 'desk'], [PHONE, 'phone']]) {
    const page = (await visitor(browser, server.url, size)).page;
    await signIn(page, server.url, 'district_bureau');
    await open(page, '/desk/cockpit');
    assert.match(await main(page), /学员人数/);
    await look(page, `cockpit, ${name}`);
    await page.getByRole('link', { name: '课时人次' }).first().click();
    await page.waitForLoadState();
    assert.match(await main(page), /背后的记录/);
    await look(page, `metric, ${name}`);
    await page.context().close();
  }
});

/** Fills in a form's fields by name. */
async function fill(page, fields) {
  for (const [name, value] of Object.entries(fields)) await page.fill(`main [name="${name}"]`, value);
}

/** A day so many days after the one on which the demo began. */
function dayAfter(days) {
  return new Date(Date.parse(TODAY) + days * 86_400_000).toISOString().slice(0, 10);
}

test('a meeting is called on what lags, a school answers, and what is decided is a task', async () => {
  await open(bureau, `${plan}/meetings/new`);
  await fill(bureau, { title: '学促委联络员会议', day: dayAfter(-1), time: '14:00', place: '区社区学院 301' });
  await press(bureau, '保存，接着选参会单位');
  assert.match(await main(bureau), /会议时间已经过了/);
  await fill(bureau, { day: dayAfter(4) });
  await press(bureau, '保存，接着选参会单位');
  const meeting = new URL(bureau.url()).pathname;
  await press(bureau, '发出会议通知');
  assert.match(await main(bureau), /还没有参会单位/);
  await open(bureau, meeting);
  await bureau.locator('main input[name=groups][value=street_schools]').check();
  await press(bureau, '加到参会单位');
  const lagging = bureau.locator('main input[name=tasks]');
  if (await lagging.count()) await lagging.first().check();
  await fill(bureau, { points: '年底统计填报' });
  await press(bureau, '加到议程');
  await look(bureau, 'meeting, prepared');
  await press(bureau, '发出会议通知');
  const head = (await visitor(browser, server.url, PHONE)).page;
  await signIn(head, server.url, 'school_head');
  await head.getByRole('link', { name: /回复会议通知：学促委联络员会议/ }).click();
  await head.waitForLoadState();
  await head.locator('main input[name=answer][value=comes]').check();
  await press(head, '提交回执');
  assert.match(await main(head), /参会人/);
  await fill(head, { note: '王校长' });
  await press(head, '提交回执');
  assert.match(await main(head), /回执已登记/);
  await look(head, 'meeting, answered on a phone');
  await daysPass(bureau, server.url, 5);
  await signIn(bureau, server.url, 'district_bureau');
  await open(bureau, `${meeting}/minutes`);
  await bureau.locator('main textarea[name^="point-"]').first().fill('各校月底前补齐。');
  await press(bureau, '保存记录');
  await fill(bureau, { decision: '新增3个老年教育社会学习点', due: dayAfter(30) });
  await bureau.locator('main select[name=lead]').selectOption({ index: 1 });
  await press(bureau, '加这一条');
  await look(bureau, 'minutes');
  await press(bureau, '印发纪要');
  await look(bureau, 'meeting, closed');
  await bureau.locator('main table a', { hasText: '新增3个老年教育社会学习点' }).first().click();
  await bureau.waitForLoadState();
  assert.match(await main(bureau), /会议议定事项|学促委联络员会议/);
  assert.match(await main(bureau), /3 个/);
  await head.context().close();
});

test('when the year is over its figures are frozen, and everybody reads them and an erratum', async () => {
  await daysPass(bureau, server.url, 60);
  const city = (await visitor(browser, server.url, DESK)).page;
  await signIn(city, server.url, 'city');
  await open(city, sum);
  await fill(city, { name: '年' });
  await press(city, '定为年度版');
  assert.match(await main(city), /名称/);
  assert.equal(await city.locator('main [name=name]').inputValue(), '年');
  await fill(city, { name: '2026年度版' });
  await look(city, 'a name that is too short');
  // Judged beside all open data of four years: some seconds, and many in a debug build.
  await city.getByRole('button', { name: '定为年度版' }).click({ noWaitAfter: true });
  await city.waitForURL(/editions/, { timeout: 240_000 });
  await look(city, 'edition, desk');
  const anybody = (await visitor(browser, server.url, PHONE)).page;
  const address = await city.locator('main a[href^="/statistics/"]').first().getAttribute('href');
  await open(anybody, address);
  assert.match(await main(anybody), /以后不再改动/);
  await city.locator('main summary', { hasText: '发勘误' }).click();
  const schools = await city.locator('main select[name=element] option', { hasText: /^T1 学校数/ }).first().getAttribute('value');
  await city.selectOption('main select[name=element]', schools);
  await fill(city, { value: '十六', reason: '有一所去年已经停办' });
  await press(city, '公布这条勘误');
  assert.equal(await city.locator('main select[name=element]').inputValue(), schools);
  await look(city, 'an erratum that is no number');
  await fill(city, { value: '15' });
  await press(city, '公布这条勘误');
  await open(anybody, address);
  assert.match(await main(anybody), /16 改为 15/);
  await look(anybody, 'edition, phone');
  await anybody.context().close();
  await city.context().close();
});

test('no page of the way has a fault', () => assert.deepEqual(wrong, []));
