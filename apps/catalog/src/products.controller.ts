import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Endpoint } from '@comptoir/messaging';
import { IdempotencyKey, notFound, pageOf, type Page } from '@comptoir/platform';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { discontinueProduct } from './discontinue-product';
import { PrismaClient, type Prisma } from './generated/prisma/client';
import { offersOf, ProductParam, ProductsInput, ProductsQuery } from './product-input';
import { ProductPage, ProductView, viewOf } from './product-view';
import type { CatalogTransaction } from './transaction';
import { upsertProducts, type UpsertSummary } from './upsert-products';

class UpsertSummaryView extends createZodDto(
  z.object({ received: z.int(), created: z.int(), changed: z.int(), unchanged: z.int() }),
) {}

@ApiTags('products')
@Controller('products')
export class ProductsController {
  constructor(
    private readonly endpoint: Endpoint<CatalogTransaction>,
    private readonly prisma: PrismaClient,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Put products on offer',
    description:
      'Creates or changes up to 5,000 products, all or none. A product that is as it was stays untouched; a ' +
      'discontinued one is on offer again. Every change raises the revision and is told to the other services.',
  })
  @ApiOkResponse({ type: UpsertSummaryView })
  upsert(@Body() input: ProductsInput, @IdempotencyKey() idempotencyKey: string | undefined): Promise<UpsertSummary> {
    return this.endpoint.request(upsertProducts, offersOf(input), { idempotencyKey });
  }

  @Get()
  @ApiOperation({ summary: 'List products', description: 'Ordered by SKU, byte by byte.' })
  @ApiOkResponse({ type: ProductPage })
  async list(@Query() query: ProductsQuery): Promise<Page<ProductView>> {
    const rows = await this.prisma.product.findMany({
      where: filterOf(query),
      orderBy: { sku: 'asc' },
      take: query.limit + 1,
    });
    return pageOf(rows.map(viewOf), query.limit, ({ sku }) => sku);
  }

  @Get(':sku')
  @ApiOperation({ summary: 'Read a product' })
  @ApiOkResponse({ type: ProductView })
  @ApiResponse({ status: 404, description: 'No such product' })
  async read(@Param() { sku }: ProductParam): Promise<ProductView> {
    const product = await this.prisma.product.findUnique({ where: { sku } });
    if (!product) throw notFound('product', sku);
    return viewOf(product);
  }

  @Post(':sku/discontinue')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take a product off offer', description: 'It stays readable. Doing it again changes nothing.' })
  @ApiOkResponse({ type: ProductView })
  @ApiResponse({ status: 404, description: 'No such product' })
  async discontinue(@Param() { sku }: ProductParam): Promise<ProductView> {
    const product = await this.endpoint.request(discontinueProduct, sku);
    if (!product) throw notFound('product', sku);
    return product;
  }
}

function filterOf({ after, search, discontinued }: ProductsQuery): Prisma.ProductWhereInput {
  // Prisma passes LIKE's wildcards through.
  const text = search?.replace(/[\\%_]/g, '\\$&');
  return {
    ...(after === undefined ? {} : { sku: { gt: after } }),
    ...(discontinued === undefined ? {} : { discontinued: discontinued === 'true' }),
    ...(text === undefined
      ? {}
      : {
          OR: [
            { name: { contains: text, mode: 'insensitive' } },
            { sku: { startsWith: text, mode: 'insensitive' } },
          ],
        }),
  };
}
