// Chromium as a person holds it: sizes, looks, and the accessibility scan of a page.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Every size and look in which a page is scanned; the same look stands together, so that a page is opened once for it. */
export const LOOKS = [
  { name: 'phone', width: 390, height: 844, look: 'normal' },
  { name: 'desktop', width: 1280, height: 900, look: 'normal' },
  { name: 'desktop, elder mode', width: 1280, height: 900, look: 'large' },
  { name: 'phone, elder mode', width: 390, height: 844, look: 'large' },
];

/**
 * Rules beyond those that the scan runs by itself: contrast of 7 : 1, which takes the place of 4.5 : 1, and targets that
 * can be hit.
 */
const RULES = {
  'color-contrast-enhanced': { enabled: true },
  'color-contrast': { enabled: false },
  'target-size': { enabled: true },
};

export function startBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      // Boxes for dates are filled in by month, day and year.
      '--lang=en-US',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Milliseconds to wait for anything on a page; more of it on a machine that others keep busy. */
const PATIENCE = Number(process.env.XUEQUAN_PATIENCE) || 15_000;

/** A fresh visitor with this size and look; faults of scripts and of the content policy are collected in `faults`. */
export async function visitor(browser, url, { width = 390, height = 844, look = 'normal', scripts = true } = {}) {
  // The scan is put into the page past its content policy; the policy is watched by `faults` all the same.
  const context = await browser.newContext({
    viewport: { width, height },
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    javaScriptEnabled: scripts,
  });
  await context.addCookies([{ name: 'xq_view', value: `${look}.auto.zh`, url }]);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (line) => line.type() === 'error' && faults.push(line.text()));
  return { context, page, faults };
}

/** What the accessibility scan finds, and whether the page is wider than the screen: one sentence each. */
export async function findings(page, name) {
  try {
    return await scanned(page, name);
  } catch (error) {
    // A page that follows the time, such as the class code, loaded itself again in the middle.
    if (!/context was destroyed|navigation/i.test(error.message)) throw error;
    await page.waitForLoadState();
    return scanned(page, name);
  }
}

async function scanned(page, name) {
  // evaluate() goes through the debugger, which the content policy does not bind.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);
  const found = await page.evaluate((rules) => globalThis.axe.run(document, { resultTypes: ['violations'], rules }), RULES);
  const words = found.violations.map(
    (fault) => `${name}, ${page.url()}: ${fault.id}: ${fault.help}\n  ${fault.nodes.map((node) => node.html).join('\n  ')}`,
  );
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) words.push(`${name}, ${page.url()}: the page is ${wide} px wider than the screen`);
  const twice = await page.evaluate(() => {
    const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
    return [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))];
  });
  if (twice.length > 0) words.push(`${name}, ${page.url()}: ids that stand twice: ${twice.join(', ')}`);
  return words;
}

/** Fails when there are findings. */
export async function scan(page, name) {
  assert.deepEqual(await findings(page, name), []);
}
