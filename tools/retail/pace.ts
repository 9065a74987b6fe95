/** Milliseconds from the start after which an invoice is due, when its times pass `speed` times as fast as they did. */
export function dueAfter(date: Date, first: Date, speed: number | undefined): number {
  return speed === undefined ? 0 : Math.max(0, date.getTime() - first.getTime()) / speed;
}
