import type { Schemas } from '../api/client';
import { Avatar } from '../design/parts';
import { plural } from '../format/quantity';
import styles from './Directory.module.css';
import { Ways } from './Ways';

/** A team, how to reach it, who is in it. */
export function TeamCard({ team, marked }: { team: Schemas['Team']; marked: boolean }) {
  return (
    <article id={team.name} className={styles.team} data-marked={marked}>
      <div className={styles.head}>
        <Avatar name={team.name} form="large" />
        <div>
          <h3>@{team.name}</h3>
          <p className="small muted">
            {team.display_name} · owns {plural(team.products, 'product')}
          </p>
        </div>
      </div>
      <Ways team={team} />
      <p className="small muted">{team.members.map((person) => person.display_name).join(', ') || 'nobody in it'}</p>
    </article>
  );
}
