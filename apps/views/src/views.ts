import { claimsView } from './claims/claims-view';
import { conversations } from './conversations/conversations-view';
import { ordersView } from './orders/orders-view';
import { outcomesView } from './outcomes/outcomes-view';
import { refundsView } from './refunds/refunds-view';
import type { View } from './rows/row-projection';
import { salesView } from './sales/sales-view';

/** Everything this service projects. */
export const VIEWS: readonly View[] = [ordersView, claimsView, refundsView, salesView, outcomesView, conversations];
