import { chromium } from 'playwright-core';
const [role, size, ...paths] = process.argv.slice(2);
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const p = await (await b.newContext({ viewport: size === 'phone' ? { width: 390, height: 844 } : { width: 1280, height: 900 } })).newPage();
const U = 'http://127.0.0.1:8091';
await p.goto(U + '/sign-in');
await p.locator(`form:has(input[name=role][value="${role}"]) button`).click();
await p.waitForLoadState();
let n = 0;
for (const path of paths) {
  const r = await p.goto(U + path);
  await p.screenshot({ path: `/tmp/s_${role}_${size}_${n}.png`, fullPage: true });
  console.log(n, path, r.status(), (await p.locator('main').innerText()).slice(0, 900).replace(/\n+/g, ' | '));
  n += 1;
}
await b.close();
