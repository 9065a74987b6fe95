import { Module } from '@nestjs/common';
import { service } from '@comptoir/messaging';
import { ServiceModule } from '@comptoir/platform';
import { cancelCheckout } from './cancel-checkout';
import { cancelOrder } from './cancel-order';
import { confirmOrder } from './confirm-order';
import { deadlinesProviders } from './deadlines-provider';
import { PrismaClient } from './generated/prisma/client';
import { OrderController } from './order.controller';
import { paymentProcessed } from './payment-processed';
import { placeOrder } from './place-order';
import { waitingProviders } from './waiting';

/** The routing table. */
export const orders = service({
  name: 'orders',
  handlers: [confirmOrder, cancelOrder, ...paymentProcessed, ...cancelCheckout],
  requests: [placeOrder],
});

@Module({
  imports: [ServiceModule.forService({ service: orders, prisma: PrismaClient })],
  controllers: [OrderController],
  providers: [...waitingProviders, ...deadlinesProviders],
})
export class OrdersModule {}
