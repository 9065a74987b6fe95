import { Controller, Get, Header, Inject, Param } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { notFound } from '@comptoir/platform';
import { toMermaid } from '@comptoir/saga';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { SAGAS, type RegisteredSaga } from './sagas';

class DefinitionView extends createZodDto(
  z.object({ type: z.string(), version: z.int(), states: z.array(z.string()), steps: z.array(z.string()) }),
) {}
class DefinitionPage extends createZodDto(z.object({ items: z.array(DefinitionView.schema) })) {}
class TypeParam extends createZodDto(z.object({ type: z.string().max(100).meta({ example: 'order-fulfilment' }) })) {}

@ApiTags('definitions')
@Controller('sagas/definitions')
export class DefinitionsController {
  constructor(@Inject(SAGAS) private readonly sagas: readonly RegisteredSaga[]) {}

  @Get()
  @ApiOperation({ summary: 'All registered definitions' })
  @ApiOkResponse({ type: DefinitionPage })
  list() {
    const items = this.sagas
      .flatMap(({ definitions }) => definitions)
      .map(({ type, version, labels, positions }) => ({ type, version, states: labels, steps: positions }));
    return { items };
  }

  @Get(':type/diagram')
  @ApiOperation({ summary: 'The newest definition of a saga type as a Mermaid flowchart' })
  @ApiProduces('text/vnd.mermaid')
  @ApiOkResponse({ description: 'Mermaid' })
  @ApiNotFoundResponse()
  @Header('content-type', 'text/vnd.mermaid; charset=utf-8')
  diagram(@Param() { type }: TypeParam): string {
    const versions = this.sagas.flatMap(({ definitions }) => definitions).filter((each) => each.type === type);
    const [newest] = versions.sort((a, b) => b.version - a.version);
    if (!newest) throw notFound('saga definition', type);
    return toMermaid(newest);
  }
}
