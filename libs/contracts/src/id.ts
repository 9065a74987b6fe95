import { z } from 'zod';

/** A UUID, in the one spelling that databases and maps know it by: PostgreSQL gives back lower case. */
export const Id = z.uuid().toLowerCase();
