/**
 * Milliseconds on a clock that nobody sets and that stands still while the machine sleeps. All processes of one boot read
 * the same (CLOCK_MONOTONIC on Linux, mach_absolute_time on macOS), so what one of them wrote down another can go on from.
 */
export function uptimeMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
