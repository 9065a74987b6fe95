import { Module } from '@nestjs/common';
import { prismaUnitOfWork, service } from '@comptoir/messaging';
import { ServiceModule } from '@comptoir/platform';
import { discontinueProduct } from './discontinue-product';
import { PrismaClient } from './generated/prisma/client';
import { ProductsController } from './products.controller';
import type { CatalogTransaction } from './transaction';
import { upsertProducts } from './upsert-products';

/** The routing table. */
export const catalog = service<CatalogTransaction>({
  name: 'catalog',
  requests: [upsertProducts, discontinueProduct],
});

@Module({
  imports: [
    ServiceModule.forService({
      service: catalog,
      prisma: PrismaClient,
      unitOfWork: ({ prisma }: { prisma: PrismaClient }) => prismaUnitOfWork(prisma),
    }),
  ],
  controllers: [ProductsController],
})
export class CatalogModule {}
