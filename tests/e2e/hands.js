// Three ways to use a page: by pointer, by keyboard alone, and with scripts switched off. A journey is told once, in
// the words of a hand, and gone through with each.
import assert from 'node:assert/strict';

/** Most presses of Tab from one thing on a page to another. */
const MOST_TABS = 400;

/** Points and types, as most people do; with `scripts: false` in a browser that runs none. */
export class Pointer {
  constructor(name, options = {}) {
    this.name = name;
    this.options = options;
  }

  async press(page, selector) {
    await page.locator(selector).first().click();
    await page.waitForLoadState('load');
  }

  async type(page, selector, text) {
    await page.locator(selector).first().fill(text);
  }

  async tick(page, selector) {
    await page.locator(selector).first().check({ force: true });
  }

  async chooseFirst(page, selector) {
    await page.locator(selector).first().selectOption({ index: 1 });
  }

  async giveFile(page, selector, file) {
    await page.locator(selector).first().setInputFiles(file);
  }
}

/** Never touches the pointer: Tab to it, and what has the focus must be seen. */
export class Keyboard {
  constructor(name, options = {}) {
    this.name = name;
    this.options = options;
  }

  /** A link or a button; the page that follows is waited for, unless a script does the work and the page stays. */
  async press(page, selector, { stays = false } = {}) {
    await tabTo(page, selector);
    const leads = await page.evaluate(() => document.activeElement.matches('a, button'));
    if (leads && !stays) await Promise.all([page.waitForEvent('domcontentloaded'), page.keyboard.press('Enter')]);
    else await page.keyboard.press('Enter');
    await page.waitForLoadState('load');
  }

  async type(page, selector, text) {
    await tabTo(page, selector);
    if (await page.evaluate(() => document.activeElement.type === 'date')) {
      // The box of a browser in English, as startBrowser() asks for, is filled in by month, day and year.
      const [year, month, day] = text.split('-');
      await page.keyboard.type(month + day + year);
      assert.equal(await page.evaluate(() => document.activeElement.value), text);
      return;
    }
    await page.keyboard.press('Control+a');
    await page.keyboard.type(text);
  }

  /** A box by Space; of a group of answers by the arrows. */
  async tick(page, selector) {
    const group = await page.locator(selector).first().evaluate((box) => (box.type === 'radio' ? box.name : ''));
    await tabTo(page, group ? `input[name="${group}"]` : selector);
    if (!group) {
      await page.keyboard.press('Space');
      return;
    }
    await page.keyboard.press('Space');
    for (let presses = 0; presses < 9; presses += 1) {
      if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
      await page.keyboard.press('ArrowRight');
    }
    assert.fail(`${selector} cannot be reached by the arrows on ${page.url()}`);
  }

  async chooseFirst(page, selector) {
    await tabTo(page, selector);
    await page.keyboard.press('ArrowDown');
  }

  async giveFile(page, selector, file) {
    // Listened for before the way there: a chooser that opens before the browser was told to hand it over is lost.
    const chooser = page.waitForEvent('filechooser');
    await Promise.all([chooser, tabTo(page, selector).then(() => page.keyboard.press('Space'))]);
    await (await chooser).setFiles(file);
  }
}

/** Presses Tab until what has the focus is found by the selector. */
async function tabTo(page, selector) {
  for (let presses = 0; presses < MOST_TABS; presses += 1) {
    await page.keyboard.press('Tab');
    const found = await page.evaluate((wanted) => {
      const here = document.activeElement;
      if (!here?.matches(wanted)) return false;
      const box = here.getBoundingClientRect();
      const style = getComputedStyle(here);
      return {
        shown: box.bottom > 0 && box.top < window.innerHeight && box.left >= 0 && box.right <= window.innerWidth + 1,
        ringed: style.outlineStyle !== 'none' || style.boxShadow !== 'none',
      };
    }, selector);
    if (found) {
      assert.deepEqual(found, { shown: true, ringed: true }, `${selector} on ${page.url()} is seen to have the focus`);
      return;
    }
  }
  assert.fail(`${selector} cannot be reached by Tab on ${page.url()}`);
}
