import type { FlowMap } from '@comptoir/saga';

/** Written by `npm run flows` from what the services declare, as far as events tell; a test fails when it is out of date. */
export const FLOW_MAP: FlowMap = { flows: [
  {
    name: "catalogue",
    starts: ["catalog.product-priced"],
    parts: [
      {"refusals":[],"undoneBy":[],"ends":false,"service":"catalog","name":"discontinue-product","role":"start","on":[],"emits":["catalog.product-priced"]},
      {"refusals":[],"undoneBy":[],"ends":false,"role":"listener","service":"carts","name":"product-priced","on":["catalog.product-priced"],"emits":[]},
      {"refusals":[],"undoneBy":[],"ends":false,"service":"catalog","name":"upsert-products","role":"start","on":[],"emits":["catalog.product-priced"]},
    ],
    messages: [
      {"name":"catalog.product-priced","kind":"event","terminal":false},
    ],
  },
  {
    name: "claim-treatment",
    starts: [],
    parts: [
      {"kind":"retriable","refusals":[],"undoneBy":[],"ends":false,"service":"notifications","name":"claim-rejected","on":["claims.claim-rejected"],"emits":["notifications.customer-notified","notifications.notification-failed"],"role":"peer"},
    ],
    messages: [
      {"name":"claims.claim-rejected","kind":"event","terminal":false},
      {"name":"notifications.customer-notified","kind":"event","terminal":true},
      {"name":"notifications.notification-failed","kind":"event","terminal":true},
    ],
  },
  {
    name: "order-fulfilment",
    starts: ["orders.order-placed"],
    parts: [
      {"refusals":[],"undoneBy":[],"ends":false,"service":"orders","name":"place-order","role":"start","on":[],"emits":["orders.order-placed"]},
      {"kind":"compensatable","refusals":["carts.cart-rejected"],"undoneBy":["orders.order-cancelled"],"waits":{"for":["carts.cart-validated","carts.cart-rejected"],"deadlineMs":30000},"ends":false,"role":"participant","service":"carts","name":"validate-cart","on":["orders.order-placed"],"emits":["carts.cart-validated","carts.cart-rejected"]},
      {"kind":"compensatable","refusals":["inventory.stock-rejected"],"undoneBy":["payments.payment-declined","payments.payment-refunded"],"waits":{"for":["inventory.stock-reserved","inventory.stock-rejected"],"deadlineMs":30000},"ends":false,"role":"participant","service":"inventory","name":"reserve-stock","on":["carts.cart-validated"],"emits":["inventory.stock-reserved","inventory.stock-rejected"]},
      {"kind":"compensatable","refusals":["payments.payment-declined"],"undoneBy":["orders.order-confirmation-refused"],"waits":{"for":["payments.payment-processed","payments.payment-declined"],"deadlineMs":30000},"ends":false,"role":"participant","service":"payments","name":"process-payment","on":["inventory.stock-reserved"],"emits":["payments.payment-processed","payments.payment-declined"]},
      {"kind":"pivot","refusals":["orders.order-confirmation-refused"],"undoneBy":[],"waits":{"for":["orders.order-confirmed","orders.order-confirmation-refused"],"deadlineMs":30000},"ends":false,"role":"participant","service":"orders","name":"confirm-order","on":["payments.payment-processed"],"emits":["orders.order-confirmed","orders.order-confirmation-refused"]},
      {"refusals":[],"undoneBy":[],"ends":false,"role":"listener","service":"inventory","name":"order-confirmed","on":["orders.order-confirmed"],"emits":["inventory.stock-sold"]},
      {"refusals":[],"undoneBy":[],"ends":true,"service":"orchestrator","name":"order-fulfilment/completed","role":"coordinator","on":["orders.order-confirmed"],"emits":[]},
      {"kind":"retriable","refusals":[],"undoneBy":[],"undoes":"reserve-stock","waits":{"for":["inventory.stock-released"],"deadlineMs":30000},"ends":false,"role":"undo","service":"inventory","name":"release-stock","on":["payments.payment-declined","payments.payment-refunded"],"emits":["inventory.stock-released"]},
      {"refusals":[],"undoneBy":[],"waits":{"for":["orders.order-cancelled"],"deadlineMs":30000},"ends":false,"role":"participant","service":"orders","name":"cancel-order","on":["carts.cart-rejected","inventory.stock-rejected","inventory.stock-released"],"emits":["orders.order-cancelled"]},
      {"kind":"retriable","refusals":[],"undoneBy":[],"undoes":"validate-cart","ends":false,"role":"undo","service":"carts","name":"order-cancelled","on":["orders.order-cancelled"],"emits":[]},
      {"refusals":[],"undoneBy":[],"ends":true,"service":"orchestrator","name":"order-fulfilment/aborted","role":"coordinator","on":["orders.order-cancelled"],"emits":[]},
      {"kind":"retriable","refusals":[],"undoneBy":[],"undoes":"process-payment","waits":{"for":["payments.payment-refunded"],"deadlineMs":30000},"ends":false,"role":"undo","service":"payments","name":"refund-payment","on":["orders.order-confirmation-refused"],"emits":["payments.payment-refunded"]},
      {"refusals":[],"undoneBy":[],"ends":false,"role":"participant","service":"payments","name":"refund-stray-capture","on":[],"emits":["payments.stray-capture-refunded"]},
    ],
    messages: [
      {"name":"carts.cart-rejected","kind":"event","terminal":false},
      {"name":"carts.cart-validated","kind":"event","terminal":false},
      {"name":"inventory.stock-rejected","kind":"event","terminal":false},
      {"name":"inventory.stock-released","kind":"event","terminal":false},
      {"name":"inventory.stock-reserved","kind":"event","terminal":false},
      {"name":"inventory.stock-sold","kind":"event","terminal":true},
      {"name":"orders.order-cancelled","kind":"event","terminal":false},
      {"name":"orders.order-confirmation-refused","kind":"event","terminal":false},
      {"name":"orders.order-confirmed","kind":"event","terminal":false},
      {"name":"orders.order-placed","kind":"event","terminal":false},
      {"name":"payments.payment-declined","kind":"event","terminal":false},
      {"name":"payments.payment-processed","kind":"event","terminal":false},
      {"name":"payments.payment-refunded","kind":"event","terminal":false},
      {"name":"payments.stray-capture-refunded","kind":"event","terminal":true},
    ],
  },
  {
    name: "refund",
    starts: [],
    parts: [
      {"kind":"retriable","refusals":[],"undoneBy":[],"ends":false,"service":"notifications","name":"refund-issued","on":["payments.refund-issued"],"emits":["notifications.customer-notified","notifications.notification-failed"],"role":"peer"},
    ],
    messages: [
      {"name":"notifications.customer-notified","kind":"event","terminal":true},
      {"name":"notifications.notification-failed","kind":"event","terminal":true},
      {"name":"payments.refund-issued","kind":"event","terminal":false},
    ],
  },
  {
    name: "none",
    starts: ["inventory.stock-received"],
    parts: [
      {"refusals":[],"undoneBy":[],"ends":false,"service":"inventory","name":"receive-stock","role":"start","on":[],"emits":["inventory.stock-received"]},
    ],
    messages: [
      {"name":"inventory.stock-received","kind":"event","terminal":true},
    ],
  },
] };
