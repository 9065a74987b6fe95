import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { cleanupOpenApiDoc } from 'nestjs-zod';

export interface ApiDescription {
  readonly title: string;
  readonly description?: string;
  readonly version?: string;
}

/** The page at `/docs`, the document at `/docs-json`. Built when first asked for: starting stays quick. */
export function serveOpenApi(app: NestFastifyApplication, { title, description = '', version = '1' }: ApiDescription): void {
  const config = new DocumentBuilder().setTitle(title).setDescription(description).setVersion(version).build();
  const create = () => {
    const document = cleanupOpenApiDoc(SwaggerModule.createDocument(app, config));
    document.components = {
      ...document.components,
      schemas: { ...document.components?.schemas, Problem: PROBLEM_SCHEMA },
    };
    for (const path of Object.values(document.paths))
      for (const operation of Object.values(path))
        if (isOperation(operation)) operation.responses['default'] ??= PROBLEM_RESPONSE;
    return document;
  };
  SwaggerModule.setup('docs', app, create, { customSiteTitle: title });
}

const isOperation = (value: unknown): value is { responses: Record<string, unknown> } =>
  typeof value === 'object' && value !== null && 'responses' in value;

const PROBLEM_RESPONSE = {
  description: 'Problem details (RFC 9457)',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

const PROBLEM_SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status'],
  properties: {
    type: { type: 'string', description: 'Stable; act on this', example: 'urn:comptoir:problem:validation-failed' },
    title: { type: 'string', example: 'The request is not valid' },
    status: { type: 'integer', example: 400 },
    detail: { type: 'string', description: 'What is wrong this time, for people' },
    errors: {
      type: 'array',
      description: 'Requests that are not valid: every path that is wrong',
      items: {
        type: 'object',
        properties: { path: { type: 'string', example: 'items[0].quantity' }, message: { type: 'string' } },
      },
    },
  },
};
