import { useQueryClient } from '@tanstack/react-query';
import { Ban, RotateCcw, Sunset } from 'lucide-react';
import { useState } from 'react';
import { answer, api, Refusal, type Schemas } from '../../api/client';
import { type FieldFinding, TextArea, TextField } from '../../design/Field';
import { ConfirmDialog } from '../../design/overlays';
import { toast } from '../../design/parts';
import { ErrorNote } from '../errors';
import { Readers } from './Readers';
import styles from './Product.module.css';

const words = {
  deprecated: { icon: Sunset, title: (name: string) => `Deprecate ${name}?`, action: 'Deprecate', note: 'Readers go on; they are told', done: 'is deprecated' },
  retired: { icon: Ban, title: (name: string) => `Retire ${name}?`, action: 'Retire', note: 'Can be brought back', done: 'is retired' },
  live: { icon: RotateCcw, title: (name: string) => `Bring ${name} back?`, action: 'Bring back', note: 'Every rule is asked again', done: 'is live again' },
} as const;

/** Deprecate, retire, or bring back: says what that does, and who reads it. */
export default function LifecycleDialog({ product, to, onClose }: { product: Schemas['Product']; to: keyof typeof words; onClose: () => void }) {
  const client = useQueryClient();
  const { domain, name, deprecation } = product;
  const [reason, setReason] = useState(deprecation?.reason ?? '');
  const [endsOn, setEndsOn] = useState(deprecation?.ends_on ?? '');
  const [successor, setSuccessor] = useState(deprecation?.successor ?? '');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const { icon, title, action, note, done } = words[to];
  const findings = error instanceof Refusal ? (error.problem.findings ?? []) : [];
  const finding = (field: string): FieldFinding | undefined => {
    const found = findings.find((one) => one.field === field && one.severity === 'blocks');
    return found && { severity: 'blocks', message: [found.message, found.fix].filter(Boolean).join(' ') };
  };
  const change = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const changed = await answer(
        api.POST('/api/v1/products/{domain}/{name}/lifecycle', {
          params: { path: { domain, name }, header: { 'If-Match': `"${product.version}"` } },
          body: { to, ...(to !== 'live' && { ...(reason && { reason }), ...(endsOn && { ends_on: endsOn }), ...(successor && { successor }) }) },
        }),
      );
      for (const key of ['product', 'products', 'versions', 'topics', 'topic']) void client.invalidateQueries({ queryKey: [key] });
      toast({ tone: 'ok', title: `${product.id} ${done}`, text: `Version ${changed.product.version}. Audit ${changed.audit_id}` });
      onClose();
    } catch (caught) {
      setError(caught);
      setBusy(false);
    }
  };
  const elsewhere = error !== undefined && !findings.some((one) => ['reason', 'ends_on', 'successor'].includes(one.field));
  return (
    <ConfirmDialog open onOpenChange={(open) => !open && onClose()} icon={icon} title={title(name)} note={note} action={action} busy={busy} onConfirm={() => void change()}>
      {to === 'deprecated' && <p>It stays readable. Its page and every list say until when, why, and what to read instead.</p>}
      {to === 'retired' && <p>It is left out of lists and searches. Its page and its history stay; its topics are free for another product. Records are not touched.</p>}
      {to === 'live' && <p>It is found again, without date and successor. Its topics must still be free, and every rule is asked as when it was published.</p>}
      {to !== 'live' && (
        <>
          <Readers product={product} />
          <div className={styles.dialogFields}>
            <TextArea label="Reason" rows={2} optional={to === 'retired'} maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} hint="What changes for readers." finding={finding('reason')} />
            {to === 'deprecated' && <TextField label="Last day" optional type="date" value={endsOn} onChange={(event) => setEndsOn(event.target.value)} finding={finding('ends_on')} />}
            <TextField label="Read instead" optional placeholder="execution/fills" className="mono" value={successor} onChange={(event) => setSuccessor(event.target.value)} finding={finding('successor')} spellCheck={false} autoComplete="off" />
          </div>
        </>
      )}
      {elsewhere && <ErrorNote error={error} />}
    </ConfirmDialog>
  );
}
