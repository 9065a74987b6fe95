import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Endpoint, type SqlTransaction } from '@comptoir/messaging';
import { IdempotencyKey, notFound, Problem } from '@comptoir/platform';
import { CartInput, CartParam, ItemsInput } from './cart-input';
import { CartCreated, CartView, viewOf } from './cart-view';
import type { Change } from './change';
import { createCart } from './create-cart';
import { deleteCart } from './delete-cart';
import { PrismaClient } from './generated/prisma/client';
import { replaceItems } from './replace-items';

@ApiTags('carts')
@Controller('carts')
export class CartsController {
  constructor(
    private readonly endpoint: Endpoint<SqlTransaction>,
    private readonly prisma: PrismaClient,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Start a cart', description: 'With its items in the same request, or empty.' })
  @ApiCreatedResponse({ type: CartCreated, headers: { Location: { schema: { type: 'string' } } } })
  async create(
    @Body() { items = [] }: CartInput,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Res({ passthrough: true }) response: { header(name: string, value: string): unknown },
  ): Promise<CartCreated> {
    const created = await this.endpoint.request(createCart, { lines: items }, { idempotencyKey });
    response.header('location', `/carts/${created.cartId}`);
    return created;
  }

  @Get(':cartId')
  @ApiOperation({ summary: 'Read a cart' })
  @ApiOkResponse({ type: CartView })
  @ApiResponse({ status: 404, description: 'No such cart' })
  async read(@Param() { cartId }: CartParam): Promise<CartView> {
    const cart = await this.prisma.cart.findUnique({ where: { cartId } });
    if (!cart) throw notFound('cart', cartId);
    return viewOf(cart);
  }

  @Put(':cartId/items')
  @HttpCode(204)
  @ApiOperation({ summary: "Replace a cart's items" })
  @ApiNoContentResponse()
  @ApiResponse({ status: 404, description: 'No such cart' })
  @ApiResponse({ status: 409, description: 'The cart is ordered' })
  async replace(@Param() { cartId }: CartParam, @Body() { items }: ItemsInput): Promise<void> {
    refuse(cartId, await this.endpoint.request(replaceItems, { cartId, lines: items }));
  }

  @Delete(':cartId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Throw a cart away' })
  @ApiNoContentResponse()
  @ApiResponse({ status: 404, description: 'No such cart' })
  @ApiResponse({ status: 409, description: 'The cart is ordered' })
  async remove(@Param() { cartId }: CartParam): Promise<void> {
    refuse(cartId, await this.endpoint.request(deleteCart, cartId));
  }
}

function refuse(cartId: string, change: Change): void {
  if (change.outcome === 'not-found') throw notFound('cart', cartId);
  if (change.outcome === 'ordered')
    throw new Problem({
      status: 409,
      code: 'cart-ordered',
      title: 'The cart is ordered',
      detail: `Cart ${cartId} became order ${change.orderId} and cannot be changed`,
      data: { orderId: change.orderId },
    });
}
