// A resident looks for a calligraphy class: start page, search, the page of a class.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LOOKS, scan, startBrowser, visitor } from '../browser.js';
import { startServer } from '../server.js';

let server;
let browser;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function search(page) {
  await page.goto(server.url);
  await page.getByRole('searchbox').or(page.locator('input[name=q]')).first().fill('书法');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/classes\?.*q=/);
}

for (const look of LOOKS) {
  test(`find a class: ${look.name}`, async () => {
    const { context, page, faults } = await visitor(browser, server.url, look);
    await page.goto(server.url);
    await scan(page, 'start page');
    await search(page);
    const cards = page.locator('.class-card h3 a');
    assert.ok((await cards.count()) > 0, 'there are calligraphy classes');
    await scan(page, 'list of classes');
    const name = (await cards.first().innerText()).trim();
    await cards.first().click();
    await page.waitForURL(/\/classes\/[0-9a-z]{13}/);
    assert.ok((await page.locator('h1').innerText()).includes(name), `the page of ${name}`);
    await scan(page, 'page of a class');
    assert.deepEqual(faults, []);
    await context.close();
  });
}

test('find a class without scripts', async () => {
  const { context, page } = await visitor(browser, server.url, { scripts: false });
  await search(page);
  await page.locator('.class-card h3 a').first().click();
  await page.waitForURL(/\/classes\/[0-9a-z]{13}/);
  assert.ok((await page.locator('h1').innerText()).length > 1);
  await context.close();
});
