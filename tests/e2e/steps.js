// What journeys do again and again, on the server that `at()` gives.
import { findings } from './browser.js';
import { messageThatSays } from './people.js';

/** Steps of one journey; what the scans of its pages find gathers in `wrong`. */
export function steps(at) {
  const wrong = [];
  return {
    wrong,
    look: async (page, name) => wrong.push(...(await findings(page, name))),
    api: (path) => fetch(`${at().url}/api/v1${path}`).then((answer) => answer.json()),
    main: (page) => page.locator('main').innerText(),
    says: (words) => messageThatSays(at().url, words),
    open: (page, path) => page.goto(at().url + path),
    press: async (page, name) => {
      await page.getByRole('button', { name }).first().click();
      await page.waitForLoadState();
    },
  };
}
