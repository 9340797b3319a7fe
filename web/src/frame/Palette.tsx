import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Bookmark, Moon, Rows3, Search, SquareTerminal, Users } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useDeferredValue, useEffect, useId, useState } from 'react';
import { meQuery, productsQuery, savedSearchesQuery, teamsQuery, topicsQuery } from '../api/queries';
import { Icon, type IconShape } from '../design/Icon';
import { TopicLines, Weave } from '../design/icons';
import { Dialog, overlayStyles } from '../design/overlays';
import { Highlight, Kbd, splitHits } from '../design/parts';
import { darkNow, setPreference } from '../design/settings';
import styles from './Palette.module.css';
import { readExploreSearch } from '../screens/explore/filter';
import { places, settingsPlace } from './places';
import { parseSearch } from './search';

interface Entry {
  group: string;
  icon: IconShape;
  text: ReactNode;
  note?: ReactNode;
  keys?: string[];
  run: () => void;
}

const perGroup = 5;

/** Ctrl K: products, fields, topics, teams and things to do, by typing. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const query = useDeferredValue(text.trim());
  const entries = useEntries(query);
  const list = useId();
  const at = Math.min(active, entries.length - 1);

  useEffect(() => {
    document.getElementById(`${list}-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [list, at]);

  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const move = moves[event.key];
    if (move) setActive((at + move + entries.length) % Math.max(1, entries.length));
    else if (event.key === 'Enter') choose(entries[at]);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={overlayStyles.scrim} />
        <Dialog.Popup className={`${overlayStyles.dialog} ${overlayStyles.wide} ${overlayStyles.top}`} aria-label="Search or jump to">
          <div className={styles.head}>
            <Icon of={Search} />
            <input
              className={styles.input}
              role="combobox"
              aria-expanded="true"
              aria-controls={list}
              aria-activedescendant={entries.length > 0 ? `${list}-${at}` : undefined}
              aria-label="Search products, fields, topics, teams and actions"
              placeholder="Products, fields, topics, teams, actions"
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                setActive(0);
              }}
              onKeyDown={onKeyDown}
            />
            <Kbd>Esc</Kbd>
          </div>
          <PaletteList id={list} entries={entries} active={at} onChoose={choose} onActive={setActive} />
          {entries.length === 0 && <p className={styles.empty}>Nothing is called “{query}”. Explore searches fields and meanings too.</p>}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function PaletteList({ id, entries, active, onChoose, onActive }: {
  id: string;
  entries: Entry[];
  active: number;
  onChoose: (entry: Entry) => void;
  onActive: (index: number) => void;
}) {
  const groups = [...new Set(entries.map((entry) => entry.group))];
  return (
    <div id={id} role="listbox" aria-label="Found" className={styles.list}>
      {groups.map((group) => (
        <div key={group} role="group" aria-label={group}>
          <p className={overlayStyles.groupLabel} aria-hidden="true">
            {group}
          </p>
          {entries.map((entry, index) =>
            entry.group !== group ? null : (
              // The input keeps the focus and handles the keys; the pointer acts here.
              <div
                // Entries have no identity but their place.
                key={index}
                id={`${id}-${index}`}
                role="option"
                aria-selected={index === active}
                className={overlayStyles.item}
                onPointerMove={() => onActive(index)}
                onClick={() => onChoose(entry)}
              >
                <Icon of={entry.icon} size={14} />
                <span className={styles.text}>{entry.text}</span>
                {entry.note && <span className="muted small">{entry.note}</span>}
                {entry.keys && (
                  <span className={overlayStyles.end}>
                    {entry.keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </span>
                )}
              </div>
            ),
          )}
        </div>
      ))}
    </div>
  );
}

function useEntries(query: string): Entry[] {
  const navigate = useNavigate();
  const products = useQuery(productsQuery(query ? { q: query } : {}));
  const topics = useQuery(topicsQuery(false));
  const teams = useQuery(teamsQuery);
  const { data: me } = useQuery(meQuery);
  const saved = useQuery({ ...savedSearchesQuery, enabled: me?.kind === 'person' });
  const hits = (text: string) => query !== '' && splitHits(text, query).some((part) => part.hit);

  const found: Entry[] = [];
  for (const { product, matches } of (products.data?.hits ?? []).slice(0, perGroup)) {
    const match = matches.find((candidate) => candidate.in !== 'name');
    found.push({
      group: 'Products',
      icon: Weave,
      text: <span className="mono"><Highlight text={product.id} query={query} /></span>,
      note: match && match.parts.map((part, index) => (part.hit ? <mark key={index}>{part.text}</mark> : part.text)),
      run: () => void navigate({ to: '/products/$domain/$name/overview', params: { domain: product.domain, name: product.name } }),
    });
  }
  const fields = (products.data?.hits ?? []).flatMap(({ product, matches }) => matches.flatMap(({ field }) => (field ? [{ product, field }] : [])));
  for (const { product, field } of fields.slice(0, perGroup)) {
    found.push({
      group: 'Fields',
      icon: Rows3,
      text: <span className="mono"><Highlight text={field.path} query={query} /></span>,
      note: `${product.id} · ${field.type}`,
      run: () => void navigate({ to: '/products/$domain/$name/schema', params: { domain: product.domain, name: product.name }, search: { find: field.path } }),
    });
  }
  for (const { name, search } of (saved.data?.searches ?? []).filter((one) => query === '' || hits(one.name)).slice(0, perGroup)) {
    found.push({
      group: 'Saved searches',
      icon: Bookmark,
      text: <Highlight text={name} query={query} />,
      run: () => void navigate({ to: '/explore', search: readExploreSearch(parseSearch(search)) }),
    });
  }
  for (const topic of (topics.data?.topics ?? []).filter((one) => !one.product && hits(one.name)).slice(0, perGroup)) {
    found.push({
      group: 'Topics that are no product yet',
      icon: TopicLines,
      text: <span className="mono"><Highlight text={topic.name} query={query} /></span>,
      note: topic.publishable ? 'can be published' : 'cannot be published yet',
      run: () => void navigate({ to: '/publish/$topic', params: { topic: topic.name } }),
    });
  }
  for (const team of (teams.data?.teams ?? []).filter((one) => hits(one.name) || hits(one.display_name)).slice(0, perGroup)) {
    found.push({
      group: 'Teams',
      icon: Users,
      text: <Highlight text={`@${team.name}`} query={query} />,
      note: `${team.members.length} people`,
      run: () => void navigate({ to: '/domains', hash: team.name }),
    });
  }
  const actions: Entry[] = [...places, settingsPlace].map(({ to, name, icon, letter }) => ({
    group: 'Do',
    icon,
    text: `Go to ${name}`,
    keys: ['g', letter],
    run: () => void navigate({ to }),
  }));
  actions.push({ group: 'Do', icon: Moon, text: 'Change between light and dark', run: () => setPreference('theme', darkNow() ? 'light' : 'dark') });
  if (query) {
    actions.push({ group: 'Do', icon: SquareTerminal, text: `Search Explore for “${query}”`, run: () => void navigate({ to: '/explore', search: { q: query } }) });
  }
  const words = query.toLowerCase();
  return [...found, ...actions.filter((entry) => query === '' || String(entry.text).toLowerCase().includes(words))];
}
