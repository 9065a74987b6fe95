import { Metrics, metricsObserver } from './metrics';

it('counts what the messaging runtime reports', async () => {
  const metrics = new Metrics('carts');
  const observer = metricsObserver(metrics);
  observer.batch('carts.validate-cart', 40, 0.003);
  observer.batch('carts.validate-cart', 2, 0.001);
  observer.published('confirmed', 7);
  observer.duplicate('carts.validate-cart', 3);
  observer.retried('carts.validate-cart', '10s');
  observer.deadLettered('carts.validate-cart', 'contract-violation');
  observer.deadLettered('carts.validate-cart', 'relation "cart" does not exist');
  const text = await metrics.registry.metrics();
  for (const line of [
    'messaging_batch_size_sum{service="carts",work="carts.validate-cart"} 42',
    'messaging_batch_size_bucket{le="2",service="carts",work="carts.validate-cart"} 1',
    'messaging_batch_seconds_count{service="carts",work="carts.validate-cart"} 2',
    'messaging_published_total{outcome="confirmed",service="carts"} 7',
    'messaging_duplicates_total{work="carts.validate-cart",service="carts"} 3',
    'messaging_retries_total{work="carts.validate-cart",tier="10s",service="carts"} 1',
    'messaging_dead_letters_total{work="carts.validate-cart",reason="contract-violation",service="carts"} 1',
    // An error's text is no label: there would be a time series for each.
    'messaging_dead_letters_total{work="carts.validate-cart",reason="other",service="carts"} 1',
  ])
    expect(text).toContain(line);
});

it('keeps the metrics of two services in one process apart', async () => {
  const [carts, orders] = [new Metrics('carts'), new Metrics('orders')];
  carts.request('GET', '/carts', 200, 0.01);
  expect(await orders.registry.metrics()).not.toContain('/carts');
});
