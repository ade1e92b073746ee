// For and by others, at 320 px: a clerk records that the learner acts for her mother, who has no telephone; the daughter
// begins an enrolment on her telephone and the clerk finishes it by the four digits; a request on line; an undo at the
// counter. With the accessibility scan of every page on the way, and without scripts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, startBrowser, visitor } from '../browser.js';
import { CLERK, LEARNER, registerAtCounter, signIn } from '../people.js';
import { startServer } from '../server.js';

const MOTHER = '沈玉兰';
const NARROW = { width: 320, height: 640, look: 'large' };

let server;
let browser;

before(async () => {
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
});

const OLD = { name: MOTHER, idNumber: '310112195003150028' };

/** The whole way, on a demo of its own. */
async function journey(scripts) {
  server = await startServer();
  try {
    await walk(scripts);
  } finally {
    await server.stop();
  }
}

async function walk(scripts) {
  const daughter = await visitor(browser, server.url, { ...NARROW, scripts });
  const clerk = await visitor(browser, server.url, { ...NARROW, scripts });
  const wrong = [];
  const look = async (page, name) => {
    if (scripts) wrong.push(...(await findings(page, name)));
  };
  await signIn(daughter.page, server.url, LEARNER);
  await signIn(clerk.page, server.url, CLERK);

  // A request on line: the same words whoever is meant.
  await daughter.page.goto(`${server.url}/me/family`);
  await daughter.page.getByText('申请替老人办事').click();
  await look(daughter.page, 'the ask');
  await daughter.page.fill('#f-name', '查无此人');
  await daughter.page.fill('#f-phone', '13700137000');
  await daughter.page.check('input[name=relation][value=child]');
  await daughter.page.getByRole('button', { name: '请老人同意' }).click();
  await daughter.page.getByText('申请记下了').waitFor();
  await look(daughter.page, 'asked');

  // The mother has no telephone: the clerk records it.
  await daughter.page.goto(`${server.url}/me/settings`);
  const number = (await daughter.page.content()).match(/X\d{8}/)[0];
  const mother = await registerAtCounter(clerk.page, server.url, OLD);
  await clerk.page.goto(`${server.url}/desk/people/${mother}/family`);
  await clerk.page.fill('#f-number', number);
  await clerk.page.check('input[name=relation][value=child]');
  await clerk.page.check('input[name=check][value=id_card]');
  await clerk.page.fill('#f-reason', '本人没有手机');
  await clerk.page.getByRole('button', { name: '本人在场同意，登记代办人' }).click();
  await clerk.page.getByRole('table').waitFor();
  await look(clerk.page, 'links at the desk');

  // The daughter begins, and keeps it.
  await clerk.page.goto(`${server.url}/desk/counter/${mother}`);
  const offered = await clerk.page.locator('table a').evaluateAll((all) => all.map((one) => one.href.split('/').at(-1)));
  const said = [];
  let chosen = '';
  for (const place of offered) {
    // Classes that are drawn lead elsewhere.
    await daughter.page.goto(`${server.url}/classes/${place}/enroll`);
    const choice = daughter.page.getByText(`妈妈（${MOTHER}）`);
    said.push(`${daughter.page.url()}: ${await daughter.page.locator('main').innerText()}`);
    if ((await choice.count()) === 0) continue;
    await choice.click();
    chosen = place;
    break;
  }
  assert.ok(chosen, said.join('\n\n'));
  await daughter.page.getByText('不会填？存下来').click();
  await look(daughter.page, 'for whom');
  await daughter.page.fill('#f-note', '腿脚不便，请安排靠门的座位');
  await daughter.page.getByRole('button', { name: '存下来，给我四位数字' }).click();
  await daughter.page.waitForURL(/\/me\/handovers\//);
  await look(daughter.page, 'four digits');
  const code = (await daughter.page.locator('h1').textContent()).match(/\d{4}/)[0];

  // The clerk finishes it.
  await clerk.page.goto(`${server.url}/desk/counter`);
  await clerk.page.getByText('学员有四位数字').click();
  await look(clerk.page, 'the code');
  await clerk.page.fill('#f-code', code);
  await clerk.page.getByRole('button', { name: '找到这份报名' }).click();
  await clerk.page.getByText('沈**').waitFor();
  await look(clerk.page, 'the question');
  await clerk.page.fill('#f-answer', '1950');
  await clerk.page.getByRole('button', { name: '核对，打开这份报名' }).click();
  await clerk.page.getByText('靠门的座位').waitFor();
  await look(clerk.page, 'the draft');
  await clerk.page.getByText('本人在场，同意报这个班').click();
  const full = clerk.page.getByText('已告诉本人：班满了');
  if ((await full.count()) > 0) await full.click();
  await clerk.page.getByRole('button', { name: '给本人报上这个班' }).click();
  await clerk.page.waitForURL(/\/desk\/enrollments\//);
  await clerk.page.getByText('先在手机上填的，到柜台接着办').waitFor();
  await look(clerk.page, 'finished');

  // Both see it; the mother does not want it.
  await daughter.page.goto(`${server.url}/me`);
  await daughter.page.getByText(`妈妈（${MOTHER}）报的班`).waitFor();
  await look(daughter.page, 'my classes and hers');
  await clerk.page.getByText('本人说没有要报这个班').click();
  await clerk.page.getByRole('button', { name: '按本人的意思撤销' }).click();
  await clerk.page.getByText('本人撤销了代办').waitFor();
  await look(clerk.page, 'undone');
  assert.deepEqual([...wrong, ...daughter.faults, ...clerk.faults], []);
}

test('begun on a telephone for the mother, finished at the counter, undone', () => journey(true));
test('the same without scripts', () => journey(false));
