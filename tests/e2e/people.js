// The people of the demo, and how they come in.

/** Who can sign in by a button of the demo. */
export const LEARNER = 'learner';
export const CLERK = 'registrar';
export const TEACHER = 'teacher';
/** Every role of staff that the sign-in page of the demo offers, but for one that is there twice. */
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

/** The school head's post again, at the senior university, whose draw can be played; its pages are those of the school head. */
export const SAME_POST_ELSEWHERE = 'university_head';

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
