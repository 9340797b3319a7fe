import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import { streamOf } from '../../api/ports';
import { ConfirmDialog } from '../../design/overlays';
import { toast } from '../../design/parts';
import { ErrorNote } from '../errors';
import { Readers } from './Readers';

/** Takes a product out of the mesh, after saying what that does and what it does not. */
export default function Unpublish({ product, onClose }: { product: Schemas['Product']; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const { domain, name } = product;

  const unpublish = async () => {
    setBusy(true);
    try {
      const removed = await answer(
        api.DELETE('/api/v1/products/{domain}/{name}', { params: { path: { domain, name }, header: { 'If-Match': `"${product.version}"` } } }),
      );
      await navigate({ to: '/publish' });
      client.removeQueries({ queryKey: ['product', domain, name] });
      void client.invalidateQueries({ queryKey: ['products'] });
      void client.invalidateQueries({ queryKey: ['topics'] });
      toast({ tone: 'ok', title: `${product.id} is no product any more`, text: `Its topic and records are untouched. Audit ${removed.audit_id}` });
    } catch (caught) {
      setError(caught);
      setBusy(false);
    }
  };

  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      icon={Trash2}
      title={`Unpublish ${name}?`}
      note="Can be published again"
      action="Unpublish"
      busy={busy}
      onConfirm={() => void unpublish()}
    >
      <p>
        <code>{product.id}</code> can no longer be found in the mesh, and its page is gone. Topic <code>{streamOf(product)?.topic}</code>, its records and its schema stay, so programs that
        read it go on.
      </p>
      <Readers product={product} />
      {error !== undefined && <ErrorNote error={error} />}
    </ConfirmDialog>
  );
}
