import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { ServiceDefinition } from '@comptoir/messaging';
import { Problem } from './problem';
import { Readiness } from './readiness';
import { SERVICE } from './tokens';

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly readiness: Readiness,
    @Inject(SERVICE) private readonly service: ServiceDefinition,
  ) {}

  @Get('live')
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Is the process alive? If not, restart it' })
  @ApiOkResponse({ description: 'It is' })
  live() {
    return { status: 'live' };
  }

  @Get('ready')
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Can it do its work now? Consumers, broker, database, and what the service adds' })
  @ApiOkResponse({ description: 'It can; `service` is its name, so that nobody takes another one on its port for it' })
  @ApiResponse({ status: 503, description: 'It cannot; `checks` says why' })
  async ready() {
    const { ready, checks } = await this.readiness.report();
    if (ready) return { status: 'ready', service: this.service.name, checks };
    throw new Problem({ status: 503, code: 'not-ready', title: 'Not ready', data: { checks } });
  }
}
