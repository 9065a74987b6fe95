import { printable } from './text';

/** Stands for a way to pay that the payment gateway knows; never card data. */
export const PaymentToken = printable(200);
