import { Module } from '@nestjs/common';
import { service } from '@comptoir/messaging';
import { ServiceModule } from '@comptoir/platform';
import { cancelOrder } from './cancel-order';
import { confirmOrder } from './confirm-order';
import { PrismaClient } from './generated/prisma/client';
import { OrderController } from './order.controller';
import { placeOrder } from './place-order';
import { waitingProviders } from './waiting';

/** The routing table. */
export const orders = service({
  name: 'orders',
  handlers: [confirmOrder, cancelOrder],
  requests: [placeOrder],
});

@Module({
  imports: [ServiceModule.forService({ service: orders, prisma: PrismaClient })],
  controllers: [OrderController],
  providers: waitingProviders,
})
export class OrdersModule {}
