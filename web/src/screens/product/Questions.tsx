import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Megaphone } from 'lucide-react';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import { productConversationsQuery, refreshConversations } from '../../api/inbox';
import { meQuery } from '../../api/queries';
import { State } from '../../design/Badge';
import { Button } from '../../design/Button';
import { TextArea, TextField } from '../../design/Field';
import { plural } from '../../format/quantity';
import { exact } from '../../format/time';
import { ErrorNote } from '../errors';
import { Empty } from '../Page';
import { Announcement } from './Announcements';
import styles from '../inbox/Inbox.module.css';
import { ago, stateOf } from '../inbox/words';
import { useProduct } from './ProductFrame';

/** What was asked about the product, what its owner said, and what the owner announces. */
export default function Questions() {
  const { detail } = useProduct();
  const { product } = detail;
  const { data: me } = useQuery(meQuery);
  const query = useQuery(productConversationsQuery(product.domain, product.name));
  if (query.isError) return <ErrorNote error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <div role="status" aria-label="Loading the questions" />;
  const all = query.data.conversations;
  const questions = all.filter(({ conversation }) => conversation.kind === 'question');
  const announcements = all.filter(({ conversation }) => conversation.kind === 'announcement' && conversation.state === 'standing');
  const owns = me?.teams.includes(product.owner) ?? false;
  return (
    <div className={styles.questions}>
      {announcements.map(({ conversation }) => (
        <Announcement key={conversation.number} announcement={conversation} />
      ))}
      <Write product={product} owns={owns} anonymous={me?.kind !== 'person'} />
      {questions.length === 0 ? (
        <Empty title="Nobody has asked yet">What is asked here goes to the inbox of @{product.owner}; the answer stays here for the next reader.</Empty>
      ) : (
        <section aria-label={plural(questions.length, 'question')}>
          {questions.map(({ conversation, answer: said }) => (
            <Thread key={conversation.number} conversation={conversation} said={said} />
          ))}
        </section>
      )}
    </div>
  );
}

function Thread({ conversation, said }: { conversation: Schemas['Conversation']; said: Schemas['Message'] | null }) {
  const state = stateOf(conversation);
  return (
    <article className={styles.thread}>
      <p className={styles.by}>
        <strong>{conversation.display_name}</strong>
        <time dateTime={conversation.time} title={exact(conversation.time)}>
          {ago(conversation.time)}
        </time>
        <State of={state.of} small>
          {state.words}
        </State>
      </p>
      <p className={styles.text}>{conversation.text}</p>
      {said && (
        <div className={styles.answer}>
          <p className={styles.by}>
            <strong>{said.display_name}</strong>
            <time dateTime={said.time} title={exact(said.time)}>
              {ago(said.time)}
            </time>
          </p>
          <p className={styles.text}>{said.text}</p>
        </div>
      )}
      <p>
        <Link to="/inbox/$number" params={{ number: String(conversation.number) }} search={{ view: 'all' }} className="small">
          {conversation.message_count > 1 ? `All ${conversation.message_count} messages` : said ? 'Open' : 'Answer'}
        </Link>
      </p>
    </article>
  );
}

/** Everybody asks; the owner announces, too. */
function Write({ product, owns, anonymous }: { product: Schemas['Product']; owns: boolean; anonymous: boolean }) {
  const client = useQueryClient();
  const [text, setText] = useState('');
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const path = { path: { domain: product.domain, name: product.name } };
  const utc = (time: string) => new Date(`${time}:00Z`).toISOString();
  const send = async () => {
    setBusy(true);
    setError(undefined);
    try {
      if (owns) {
        const body = { text, ...(from ? { happens_from: utc(from) } : {}), ...(until ? { happens_until: utc(until) } : {}) };
        await answer(api.POST('/api/v1/products/{domain}/{name}/announcements', { params: path, body }));
      } else {
        await answer(api.POST('/api/v1/products/{domain}/{name}/questions', { params: path, body: { text } }));
      }
      setText('');
      setFrom('');
      setUntil('');
      await refreshConversations(client);
    } catch (why) {
      setError(why);
    }
    setBusy(false);
  };
  const verb = owns ? 'Announce' : 'Ask';
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {error !== undefined && <ErrorNote error={error} />}
      <TextArea
        label={owns ? 'Announce to readers and followers' : `Ask @${product.owner}`}
        hint={owns ? 'Stands on the overview until it has happened, or you withdraw it.' : undefined}
        value={text}
        rows={3}
        maxLength={4000}
        onChange={(event) => setText(event.target.value)}
      />
      {owns && (
        <div className={styles.times}>
          <TextField label="Happens from, UTC" optional type="datetime-local" value={from} onChange={(event) => setFrom(event.target.value)} />
          <TextField label="until, UTC" optional type="datetime-local" value={until} onChange={(event) => setUntil(event.target.value)} />
        </div>
      )}
      <div className={styles.buttons}>
        <Button kind="primary" type="submit" {...(owns ? { icon: Megaphone } : {})} busy={busy} disabled={anonymous || !text.trim()}>
          {anonymous ? `${verb} – choose who you are first` : verb}
        </Button>
      </div>
    </form>
  );
}
