/** When a usage limit ends, as a person reads it. */
import { formatDuration } from './durations.ts';

/**
 * `until 22:59:45 (in 59m 58s)`, in the time zone of this machine, with the date where it is of another day; `null` for a
 * time that is unknown or over. Both are epoch milliseconds.
 */
export function quotaCountdown(resumeAt: number | null, now: number): string | null {
  if (resumeAt === null || resumeAt <= now) return null;
  const left = formatDuration(Math.ceil((resumeAt - now) / 1000) * 1000);
  return `until ${momentText(new Date(resumeAt), new Date(now))} (in ${left})`;
}

function momentText(moment: Date, now: Date): string {
  const time = moment.toTimeString().slice(0, 8);
  if (moment.toDateString() === now.toDateString()) return time;
  const [month, day] = [moment.getMonth() + 1, moment.getDate()].map((part) => pad(part));
  return `${moment.getFullYear()}-${month}-${day} ${time}`;
}

const pad = (part: number): string => String(part).padStart(2, '0');
