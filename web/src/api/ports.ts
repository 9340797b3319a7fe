import type { Schemas } from './client';

/** The stream that samples, schema and facts of a product are about; nothing when it has other ports only. */
export function streamOf(product: Pick<Schemas['Product'], 'ports'>): Schemas['StreamPort'] | undefined {
  return product.ports.find((port): port is Schemas['StreamPort'] => port.kind === 'stream');
}
