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
