import { Observable } from 'rxjs';
import { awakeClock, type TimerClock } from './awake-clock.ts';

/** Tells once, after so many milliseconds awake. */
export function awakeTimer(ms: number, clock: TimerClock = awakeClock()): Observable<void> {
  return new Observable((subscriber) => {
    const timer = clock.setTimeout(() => {
      subscriber.next();
      subscriber.complete();
    }, ms);
    return () => clock.clearTimeout(timer);
  });
}
