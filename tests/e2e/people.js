// The people of the demo, and how they come in.

/** Who can sign in by a button of the demo. */
export const LEARNER = 'learner';
export const CLERK = 'registrar';
export const TEACHER = 'teacher';
/** Every role of staff that the sign-in page of the demo offers. */
export const ROLES = [
  CLERK,
  TEACHER,
  'school_head',
  'community_college',
  'street_office',
  'district_bureau',
  'city',
  'class_monitor',
  'site_keeper',
  'auditor',
];

/** Two of these posts again, at the senior university: a draw takes two officers. Their pages are those of the same posts above. */
export const OFFICERS_OF_THE_DRAW = ['university_head', 'university_registrar'];

/** The button of the sign-in page for one of them. */
export function signInButton(who) {
  return `form:has(input[name=role][value="${who}"]) button`;
}

/** Signs in on this page, in place of whoever was signed in. */
export async function signIn(page, url, who) {
  await page.context().clearCookies({ name: /^(?!xq_view)/ });
  await page.goto(`${url}/sign-in`);
  await page.locator(signInButton(who)).click();
  await page.waitForURL(/\/(me|desk)$/);
}

/** Signs in on this page by the demo's staff form; every account of the demo has this password. */
export async function signInByName(page, url, login) {
  await page.context().clearCookies({ name: /^(?!xq_view)/ });
  await page.goto(`${url}/sign-in?by=staff`);
  await page.fill('#f-login', login);
  await page.fill('#f-password', 'xuequan-demo-2026');
  await page.locator('form:has(#f-password) button').click();
  await page.waitForURL(/\/(me|desk)$/);
}

/** Moves the demo's clock by whole days; whoever was signed in may have to sign in again. */
export async function daysPass(page, url, days) {
  await page.goto(`${url}/demo`);
  await page.locator('[name=days]').first().fill(String(days));
  await page.getByRole('button', { name: '把时间往后拨' }).click();
  await page.waitForLoadState();
}

/**
 * The newest messages of the demo's outbox, once one of them says this: after a night it may stand behind the recount of all
 * figures, which takes a debug build more than a minute on a slow machine.
 */
export async function messageThatSays(url, words) {
  for (let tries = 0; tries < 2400; tries += 1) {
    const html = await fetch(`${url}/outbox`).then((answer) => answer.text());
    const texts = [...html.matchAll(/<\/p><p>([^<]*)<\/p>/g)].map(([, text]) => text);
    const found = texts.find((text) => text.includes(words));
    if (found) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`no message says “${words}”`);
}

/** Registers somebody without a telephone at the counter, as the clerk of this page does; gives her id. */
export async function registerAtCounter(clerk, url, { name, idNumber }) {
  await clerk.goto(`${url}/desk/counter`);
  await clerk.getByText('登记新学员').click();
  await clerk.fill('#f-name', name);
  await clerk.check('input[name=sex][value=female]');
  await clerk.fill('#f-id_number', idNumber);
  await clerk.selectOption('#f-org', { index: 1 });
  await clerk.getByRole('button', { name: '登记，接着选班级' }).click();
  await clerk.waitForURL(/\/desk\/counter\/[0-9a-z]{13}$/);
  return clerk.url().split('/').at(-1);
}
