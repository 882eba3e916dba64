/** Long texts are shown by their beginning; how that is said is known here, also to who looks for what was cut. */

/** What follows on the beginning of a text that was cut. */
export function cutNotice(left: number, unit: '' | 'bytes ' = ''): string {
  return `… ${left} ${unit}${CUT_WORDS}`;
}

/** Stands in every {@link cutNotice}: to look for it is the cheap way to see that there is none. */
export const CUT_WORDS = 'more in stdout';

/** Finds every {@link cutNotice}. */
export const CUT_NOTICE = /… \d+ (?:bytes )?more in stdout/g;
