/** Long texts are shown by their beginning; how that is said is known here, also to who looks for what was cut. */

/** What follows on the beginning of a text that was cut. */
export function cutNotice(left: number, unit: '' | 'bytes ' = ''): string {
  return `… ${left} ${unit}more in stdout`;
}

/** Finds every {@link cutNotice}. */
export const CUT_NOTICE = /… \d+ (?:bytes )?more in stdout/g;
