import { safeObserver } from './observer';

test('what an observer throws is logged, and harms nobody', () => {
  const logged: string[] = [];
  const error = (message: string, data?: Record<string, unknown>) => void logged.push(`${message}: ${String(data?.['error'])}`);
  const logger = { debug: error, info: error, warn: error, error };
  const seen: unknown[][] = [];
  const observer = safeObserver(
    {
      batch: (...args) => void seen.push(args),
      published() {
        throw new Error('no registry');
      },
    },
    logger,
  );
  observer.published('confirmed', 3);
  observer.batch('shop.order', 2, 0.1);
  observer.retried('shop.order', '1s');
  expect(logged).toEqual(['The observer threw: Error: no registry']);
  expect(seen).toEqual([['shop.order', 2, 0.1]]);
});
