import { ClaimRefundFailed, ClaimSettled, REFUND, RefundRequested } from '@comptoir/contracts/claims';
import { ReturnRefused, ReturnReversed, StockReturned } from '@comptoir/contracts/inventory';
import { CustomerNotified, NotificationFailed } from '@comptoir/contracts/notifications';
import { CloseRefund, RefundCalculated, RefundFailed, RefundHoldReleased, RefundIssued, RefundRefused } from '@comptoir/contracts/payments';
import { handle, service } from '@comptoir/messaging';
import { eventsOnly, flowMap, reaction, type FlowMap } from '@comptoir/saga';
import { FLOW_MAP } from './flow-map';

/** Says nothing: only what is declared counts here. */
const silent = { batch: async () => undefined };

/** A refund by peers, as their contracts have it; a deadline of ten minutes. */
const refund = eventsOnly(
  flowMap([
    service({
      name: 'claims',
      emits: [RefundRequested],
      handlers: reaction(REFUND, {
        name: 'settle-refund',
        on: [RefundIssued, RefundRefused, RefundHoldReleased],
        waits: { since: RefundRequested, deadline: '10m', asks: CloseRefund },
        kind: 'retriable',
        emits: [ClaimSettled, ClaimRefundFailed],
        ...silent,
      }),
    }),
    service({
      name: 'payments',
      handlers: [
        ...reaction(REFUND, {
          on: RefundRequested,
          kind: 'compensatable',
          emits: [RefundCalculated, RefundRefused],
          refusals: [RefundRefused],
          ...silent,
          undoneBy: [ReturnRefused, ReturnReversed],
          undo: { emits: [RefundHoldReleased], ...silent },
        }),
        ...reaction(REFUND, { on: StockReturned, kind: 'pivot', emits: [RefundIssued, RefundFailed], refusals: [RefundFailed], ...silent }),
        handle(CloseRefund, { emits: [RefundIssued, RefundFailed], batch: async () => [] }),
      ],
    }),
    service({
      name: 'inventory',
      handlers: reaction(REFUND, {
        on: RefundCalculated,
        kind: 'compensatable',
        emits: [StockReturned, ReturnRefused],
        refusals: [ReturnRefused],
        ...silent,
        undoneBy: RefundFailed,
        undo: { emits: [ReturnReversed], ...silent },
      }),
    }),
    service({
      name: 'notifications',
      handlers: reaction(REFUND, { on: RefundIssued, kind: 'retriable', emits: [CustomerNotified, NotificationFailed], ...silent }),
    }),
  ]),
);

/** Orders as the services declare them, orchestrated; refunds by choreography. */
export const TEST_MAP: FlowMap = { flows: [...FLOW_MAP.flows.filter(({ name }) => name === 'order-fulfilment'), ...refund.flows] };
