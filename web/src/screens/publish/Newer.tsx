import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { differenceQuery, versionQuery } from '../../api/versions';
import { Button } from '../../design/Button';
import { Window } from '../../design/overlays';
import { exact } from '../../format/time';
import { ErrorNote } from '../errors';
import { FieldChanges } from '../product/FieldChanges';
import { type Draft, toInput } from './draft';
import { changesOf } from './mine';

/** Somebody was faster: what they changed, what one has changed oneself, and the choice. Nothing typed is lost by looking. */
export default function Newer({ product, draft, version, onTake, onTheirs }: {
  product: Schemas['Product'];
  draft: Draft;
  version: number;
  onTake: (version: number) => void;
  onTheirs: () => void;
}) {
  const [open, setOpen] = useState(true);
  const from = draft.version ?? product.version;
  const theirs = useQuery(differenceQuery(product.domain, product.name, from, version));
  const base = useQuery(versionQuery(product.domain, product.name, from));
  const who = theirs.data?.to;
  return (
    <Window
      open={open}
      onOpenChange={setOpen}
      title={`Not saved: v${version} is newer. See both`}
      foot={
        <>
          <Button
            kind="quiet"
            onClick={() => {
              onTheirs();
              setOpen(false);
            }}
          >
            Discard mine
          </Button>
          <Button kind="primary" onClick={() => onTake(version)}>
            Save mine over v{version}
          </Button>
        </>
      }
    >
      <section aria-label="Theirs">
        <h3 className="strong">
          v{version}
          {who && ` by ${who.updated_by.replace(/^User:/, '')}`}
          {who && <small className="muted"> {exact(who.updated_at)}</small>}
        </h3>
        {theirs.isError && <ErrorNote error={theirs.error} />}
        {theirs.data && <FieldChanges changes={theirs.data.changes} />}
      </section>
      <section aria-label="Mine">
        <h3 className="strong">Yours, from v{from}</h3>
        {base.isError && <ErrorNote error={base.error} />}
        {base.data && <FieldChanges changes={changesOf({ ...product, ...base.data.content, version: from }, toInput(draft))} />}
      </section>
      <p className="small muted">Saving yours puts it in place of theirs; both stay under Changes.</p>
    </Window>
  );
}
