import { Module } from '@nestjs/common';
import { service } from '@comptoir/messaging';
import { ServiceModule } from '@comptoir/platform';
import { CartsController } from './carts.controller';
import { createCart } from './create-cart';
import { deleteCart } from './delete-cart';
import { PrismaClient } from './generated/prisma/client';
import { orderCancelled } from './order-cancelled';
import { orderPlaced } from './order-placed';
import { productPriced } from './product-priced';
import { replaceItems } from './replace-items';
import { validateCart } from './validate-cart';

/** The routing table. */
export const carts = service({
  name: 'carts',
  handlers: [validateCart, productPriced, orderCancelled, ...orderPlaced],
  requests: [createCart, replaceItems, deleteCart],
});

@Module({
  imports: [ServiceModule.forService({ service: carts, prisma: PrismaClient })],
  controllers: [CartsController],
})
export class CartsModule {}
