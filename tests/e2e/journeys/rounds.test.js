// A season of rounds by first come at the senior university, at 320 px: a learner hears when their round opens; the
// officer plans a further round with wrong fields first, pauses with a public notice and goes on; days later the round
// of former learners takes the learner, who pays. With the accessibility scan of every page on the way.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startBrowser, visitor } from '../browser.js';
import { LEARNER, OFFICERS_OF_THE_DRAW, signIn } from '../people.js';
import { startServer } from '../server.js';
import { steps } from '../steps.js';

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

test('a season of rounds', async () => {
  const rounds = (await api('/rounds')).items;
  const returning = rounds.find((round) => round.audience === 'returning');
  const newcomers = await api(`/rounds/first-come/${rounds.find((round) => round.audience === 'newcomers').id}`);
  const learner = (await visitor(browser, server.url, NARROW)).page;
  const officer = (await visitor(browser, server.url, NARROW)).page;
  await signIn(learner, server.url, LEARNER);
  await signIn(officer, server.url, OFFICER);

  // The learner had a class here before: their round is the second, and they hear so.
  const door = `${server.url}/classes/${newcomers.classes[2].id}/enroll`;
  await learner.goto(door);
  await look(learner, 'too early');
  const early = await learner.locator('main').innerText();
  assert.match(early, /还没轮到您报这个班.*2026年11月25日 09:00/s);
  assert.equal(await learner.getByRole('button', { name: '报名这个班' }).count(), 0);

  // A plan with wrong fields comes back with what was typed.
  await officer.goto(`${server.url}/desk/rounds`);
  await officer.getByRole('link', { name: '新的先到先得批次' }).click();
  await officer.fill('#f-name', '插班补录');
  await officer.fill('#f-closes_on', '2026-11-20');
  await officer.locator('input[name=classes]').first().check({ force: true });
  await officer.getByRole('button', { name: '建这个报名批次' }).click();
  await officer.getByText('截止时间要在开始时间之后').first().waitFor();
  assert.equal(await officer.inputValue('#f-name'), '插班补录');
  await look(officer, 'a wrong plan');

  // Pause with a notice that everybody reads, and go on.
  await officer.goto(`${server.url}/desk/rounds/first-come/${returning.id}`);
  await look(officer, 'the board');
  await officer.locator('summary', { hasText: '暂停报名' }).click();
  await officer.fill('#f-notice', '正在核对名单，下午两点恢复');
  await officer.getByRole('button', { name: '暂停报名' }).click();
  await officer.getByText('已暂停，公告已公开').waitFor();
  await learner.goto(`${server.url}/rounds/first-come/${returning.id}`);
  await learner.getByText('正在核对名单，下午两点恢复').waitFor();
  await look(learner, 'a paused round');
  await officer.getByRole('button', { name: '恢复报名' }).click();
  await officer.getByText('已恢复，现在就能报名').waitFor();

  // Four days later their round is open, and the seat is theirs when it is paid.
  await officer.goto(`${server.url}/demo`);
  await officer.locator('[name=days]').first().fill('4');
  await officer.getByRole('button', { name: '把时间往后拨' }).click();
  await signIn(learner, server.url, LEARNER);
  await learner.goto(door);
  await learner.getByRole('button', { name: '报名这个班' }).click();
  await learner.waitForURL(/\/me\/enrollments\//);
  await learner.getByText('名额给您留着了').waitFor();
  await look(learner, 'a seat that is kept');
  await learner.getByRole('link', { name: '去交学费' }).click();
  await learner.getByRole('button', { name: /在网上交/ }).click();
  await learner.locator('main button').first().click();
  await learner.getByText('已交').first().waitFor();
  await look(learner, 'paid');
  assert.deepEqual(wrong, []);
});
