import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';
import { EventPage, EventView } from './log-views';
import { NDJSON } from './ndjson';

/** Documents an answer of events: a page of JSON, or a line for each. */
export const ApiEvents = (description: string) =>
  applyDecorators(
    ApiExtraModels(EventPage, EventView),
    ApiOkResponse({
      description,
      content: {
        'application/json': { schema: { $ref: getSchemaPath(EventPage) } },
        [NDJSON]: { schema: { $ref: getSchemaPath(EventView) } },
      },
    }),
  );
