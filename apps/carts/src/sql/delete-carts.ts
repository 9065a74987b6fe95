import { statement } from '@comptoir/messaging';

/** The carts are locked before. (cartIds uuid[]) */
export const deleteCarts = statement('carts-delete-carts', `DELETE FROM carts.cart WHERE cart_id = ANY ($1::uuid[])`);
