// The year of a district office: the plan's document is uploaded, corrected, issued and aligned to the city's; its
// targets move by themselves; a return opens filled and goes up three levels; the cockpit shows it all. No figure that
// the system knows is typed.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { startBrowser, visitor } from '../browser.js';
import { signIn } from '../people.js';
import { startServer } from '../server.js';
import { steps } from '../steps.js';

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844, look: 'large' };

let server;
let browser;
let bureau;
let year;
let plan;
const { wrong, look, main, open, press } = steps(() => server);

before(async () => {
  browser = await startBrowser();
  server = await startServer();
  bureau = (await visitor(browser, server.url, DESK)).page;
  await signIn(bureau, server.url, 'district_bureau');
  year = String(new Date().getFullYear());
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
  await open(head, `${path}?table=T5`);
  assert.match(await main(head), /系统/);
  await look(head, 'return, phone');
  await press(head, '上报给上级');
  assert.match(await main(head), /要先填好或改好/);
  await fillUp(head, path);
  await file(head, path);
  assert.match(await main(head), /待核对/);
  await open(bureau, `${path}/review`);
  await look(bureau, 'review');
  await bureau.locator('main input[name^="k."]').first().fill('请核对这个数');
  await press(bureau, '退回写了意见的格');
  await open(head, path);
  assert.match(await main(head), /退回修改/);
  assert.match(await main(head), /请核对这个数/);
  await file(head, path);
  await open(bureau, `${path}/review`);
  await press(bureau, '核对通过');
  await open(bureau, `${path}/review`);
  await press(bureau, '审核通过');
  await open(head, path);
  assert.match(await main(head), /已审核/);
  await head.context().close();
});

test('the district sums up what was approved, and the city approves it', async () => {
  await open(bureau, '/desk/returns');
  const row = bureau.locator('main tr', { has: bureau.locator('th', { hasText: /^闵行$/ }) });
  await row.getByRole('button').click();
  await bureau.waitForLoadState();
  const path = new URL(bureau.url()).pathname;
  assert.match(await main(bureau), /这是汇总表/);
  await look(bureau, 'sum');
  await fillUp(bureau, path);
  await file(bureau, path);
  const city = (await visitor(browser, server.url, DESK)).page;
  await signIn(city, server.url, 'city');
  await open(city, `${path}/review`);
  await press(city, '核对通过');
  await open(city, `${path}/review`);
  await press(city, '审核通过');
  await open(bureau, path);
  assert.match(await main(bureau), /已审核|已锁定/);
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

test('no page of the way has a fault', () => assert.deepEqual(wrong, []));
