import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';

export class ClaimsConfig extends createZodDto(
  z.object({
    ORDERS_URL: z.url({ protocol: /^https?$/, error: 'must be a URL like http://127.0.0.1:4305' }),
    /** For a whole answer of orders. */
    ORDERS_TIMEOUT_MS: z.coerce.number().int().min(10).max(30_000).default(1_000),
    /** After it the open breaker lets one question through. */
    ORDERS_BREAKER_RESET_MS: z.coerce.number().int().min(10).max(600_000).default(5_000),
    /** After it payments is asked how a refund ended. */
    CLAIMS_REFUND_DEADLINE_MS: z.coerce.number().int().min(10).max(604_800_000).default(600_000),
  }),
) {}
