import type { Schemas } from '../../api/client';
import { streamOf } from '../../api/ports';

/** Who reads it, as far as that is known, for whoever takes something away. */
export function Readers({ product }: { product: Schemas['Product'] }) {
  const topic = streamOf(product)?.topic;
  if (topic === undefined) return null;
  return (
    <p className="small muted">
      Programs that read topic <code>{topic}</code> are not stopped by this, and weft does not tell them.
    </p>
  );
}
