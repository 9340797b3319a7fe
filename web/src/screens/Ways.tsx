import { Bell, Mail, MessageCircle } from 'lucide-react';
import type { Schemas } from '../api/client';
import { Icon } from '../design/Icon';
import styles from './Directory.module.css';

/** The ways to reach a team. */
export function Ways({ team }: { team: Schemas['Team'] }) {
  const { chat, mail, on_call } = team;
  if (!chat && !mail && !on_call) return <p className="small muted">The directory names no way to reach it but its people.</p>;
  return (
    <ul className={styles.contacts}>
      {chat && (
        <li>
          <Icon of={MessageCircle} size={14} />
          <a href={chat.url} target="_blank" rel="noopener noreferrer">
            {chat.name}
          </a>
        </li>
      )}
      {mail && (
        <li>
          <Icon of={Mail} size={14} />
          <a href={`mailto:${mail}`}>{mail}</a>
        </li>
      )}
      {on_call && (
        <li>
          <Icon of={Bell} size={14} />
          On call: {on_call.display_name}
        </li>
      )}
    </ul>
  );
}
