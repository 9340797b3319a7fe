import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api } from '../../api/client';
import { refreshConversations } from '../../api/inbox';
import { domainsQuery, meQuery } from '../../api/queries';
import { Button } from '../../design/Button';
import { NativeSelect, TextArea, TextField } from '../../design/Field';
import { Window } from '../../design/overlays';
import { toast } from '../../design/parts';
import { ErrorNote } from '../errors';

/** Nothing fits: say what is missing, and the teams of the domain hear of it. */
export default function AskForData({ onClose, about = '' }: { onClose: () => void; about?: string }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data: me } = useQuery(meQuery);
  const { data } = useQuery(domainsQuery);
  const [text, setText] = useState(about);
  const [domain, setDomain] = useState('');
  const [fields, setFields] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const anonymous = me?.kind !== 'person';
  const send = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const names = fields.split(/[\s,]+/).filter(Boolean);
      const made = await answer(api.POST('/api/v1/asks', { body: { text, ...(domain ? { domain } : {}), ...(names.length > 0 ? { fields: names } : {}) } }));
      await refreshConversations(client);
      const number = String(made.conversation.number);
      toast({ tone: 'ok', title: 'Asked', text: `${made.conversation.teams.map((team) => `@${team}`).join(', ')} will find it in the inbox.`, action: { label: 'Open', run: () => void navigate({ to: '/inbox/$number', params: { number }, search: { view: 'sent' } }) } });
      onClose();
    } catch (why) {
      setError(why);
      setBusy(false);
    }
  };
  return (
    <Window
      open
      onOpenChange={(open) => !open && onClose()}
      title="Ask for data"
      foot={
        <Button kind="primary" busy={busy} disabled={anonymous || !text.trim()} onClick={() => void send()}>
          {anonymous ? 'Ask – choose who you are first' : 'Ask'}
        </Button>
      }
    >
      {error !== undefined && <ErrorNote error={error} />}
      <TextArea label="What is missing, and what for" value={text} rows={4} maxLength={4000} onChange={(event) => setText(event.target.value)} autoFocus />
      <NativeSelect label="Where it may belong" optional value={domain} onChange={(event) => setDomain(event.target.value)} hint={domain ? undefined : 'Left open, every domain’s teams see it.'}>
        <option value="">I do not know</option>
        {data?.domains.map(({ name, display_name }) => (
          <option key={name} value={name}>
            {display_name}
          </option>
        ))}
      </NativeSelect>
      <TextField label="Fields wanted" optional className="mono" placeholder="store_id, returned_at" value={fields} onChange={(event) => setFields(event.target.value)} />
    </Window>
  );
}
