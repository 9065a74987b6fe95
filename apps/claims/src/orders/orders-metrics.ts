import { Counter, Gauge, type Registry } from 'prom-client';
import { BREAKER_STATES, type BreakerState, type OrderDeskOptions } from './order-desk';

/** What the questions to orders come to. */
export function ordersMetrics(registry: Registry): Required<Pick<OrderDeskOptions, 'onLookup' | 'onState'>> {
  const lookups = new Counter({
    name: 'claims_order_lookups_total',
    help: 'Questions to orders, by what came of them',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const breaker = new Gauge({
    name: 'claims_orders_breaker',
    help: 'State of the circuit breaker before orders: 1 for the one it is in',
    labelNames: ['state'],
    registers: [registry],
  });
  const onState = (state: BreakerState) => BREAKER_STATES.forEach((each) => breaker.set({ state: each }, each === state ? 1 : 0));
  onState('closed');
  return { onLookup: (outcome) => lookups.inc({ outcome }), onState };
}
