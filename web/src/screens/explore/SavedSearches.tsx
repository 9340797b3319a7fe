import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Bookmark, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { answer, api } from '../../api/client';
import { meQuery, savedSearchesQuery } from '../../api/queries';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { toast } from '../../design/parts';
import { parseSearch, stringifySearch } from '../../frame/search';
import styles from './Explore.module.css';
import { type ExploreSearch, readExploreSearch } from './filter';

/** Searches that a person kept under names, and a way to keep this one. */
export function SavedSearches({ search }: { search: ExploreSearch }) {
  const { data: me } = useQuery(meQuery);
  const signedIn = me?.kind === 'person';
  const { data } = useQuery({ ...savedSearchesQuery, enabled: signedIn });
  const client = useQueryClient();
  const settle = {
    onSettled: () => client.invalidateQueries({ queryKey: savedSearchesQuery.queryKey }),
    onError: (error: Error) => toast({ tone: 'bad', title: 'Not saved', text: error.message }),
  };
  const now = stringifySearch({ ...search }).slice(1);
  const save = useMutation({
    mutationFn: (name: string) => answer(api.PUT('/api/v1/me/searches/{search}', { params: { path: { search: name } }, body: { search: now } })),
    ...settle,
  });
  const forget = useMutation({
    mutationFn: (name: string) => answer(api.DELETE('/api/v1/me/searches/{search}', { params: { path: { search: name } } })),
    ...settle,
  });
  const saved = data?.searches ?? [];
  if (!signedIn || (saved.length === 0 && now === '')) return null;
  const isSaved = saved.some((one) => one.search === now);
  return (
    <section className={styles.saved} aria-label="Saved searches">
      <h2>Saved searches</h2>
      {saved.length > 0 && (
        <ul>
          {saved.map((one) => (
            <li key={one.name}>
              <Link to="/explore" search={readExploreSearch(parseSearch(one.search))} className="ellipsis" aria-current={one.search === now ? 'true' : undefined}>
                {one.name}
              </Link>
              <button type="button" className={styles.clear} aria-label={`Forget ${one.name}`} onClick={() => forget.mutate(one.name)}>
                <Icon of={X} size={12} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {now !== '' && !isSaved && <SaveForm suggestion={search.q ?? ''} busy={save.isPending} onSave={(name) => save.mutate(name)} />}
    </section>
  );
}

function SaveForm({ suggestion, busy, onSave }: { suggestion: string; busy: boolean; onSave: (name: string) => void }) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  if (!open) {
    return (
      <Button small icon={Bookmark} onClick={() => { setName(suggestion); setOpen(true); }}>
        Save this search…
      </Button>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '') return;
    onSave(name.trim());
    setOpen(false);
  };
  return (
    <form onSubmit={submit} className={styles.saveForm}>
      <input autoFocus aria-label="Name of the search" value={name} maxLength={80} onChange={(event) => setName(event.target.value)} onKeyDown={(event) => event.key === 'Escape' && setOpen(false)} />
      <Button small type="submit" disabled={busy || name.trim() === ''}>
        Save
      </Button>
    </form>
  );
}
