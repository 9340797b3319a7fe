import { Popover } from '@base-ui/react/popover';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { teamsQuery } from '../api/queries';
import { overlayStyles } from '../design/overlays';
import styles from './Directory.module.css';
import { Ways } from './Ways';

/** Chat, mail, who is on call: how to reach a team, over the page. */
export default function OwnerCard({ team, trigger }: { team: string; trigger: ReactElement<Record<string, unknown>> }) {
  const [open, setOpen] = useState(true);
  const { data } = useQuery(teamsQuery);
  const found = data?.teams.find((one) => one.name === team);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger render={trigger} />
      <Popover.Portal>
        <Popover.Positioner className={overlayStyles.positioner} sideOffset={6} align="start">
          <Popover.Popup className={`${overlayStyles.popup} ${styles.card}`}>
            <Popover.Title className={styles.cardTitle}>@{team}</Popover.Title>
            {found ? (
              <>
                <p className="small muted">{found.display_name}</p>
                <Ways team={found} />
                <p className="small muted">{found.members.map((person) => person.display_name).join(', ') || 'nobody in it'}</p>
                <Link to="/domains" hash={team} className="small">
                  In the directory
                </Link>
              </>
            ) : (
              data && <p>The directory knows no such team any more.</p>
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
