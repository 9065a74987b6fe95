import { Module } from '@nestjs/common';
import { service } from '@comptoir/messaging';
import { ServiceModule } from '@comptoir/platform';
import { cartValidated } from './cart-validated';
import { PrismaClient } from './generated/prisma/client';
import { orderConfirmed } from './order-confirmed';
import { receiveStock } from './receive-stock';
import { ReceiptController } from './receipt.controller';
import { releaseStock } from './release-stock';
import { ReservationController } from './reservation.controller';
import { reserveStock } from './reserve-stock';
import { returnStock } from './returns/return-stock';
import { ReturnController } from './returns/return.controller';
import { StockController } from './stock.controller';

/** The routing table. */
export const inventory = service({
  name: 'inventory',
  handlers: [reserveStock, releaseStock, orderConfirmed, ...cartValidated, ...returnStock],
  requests: [receiveStock],
});

@Module({
  imports: [ServiceModule.forService({ service: inventory, prisma: PrismaClient })],
  controllers: [StockController, ReservationController, ReceiptController, ReturnController],
})
export class InventoryModule {}
