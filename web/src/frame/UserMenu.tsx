import { useQuery } from '@tanstack/react-query';
import { Check, LogOut } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { meQuery, peopleQuery } from '../api/queries';
import { Icon } from '../design/Icon';
import { Menu, MenuOf, overlayStyles as styles } from '../design/overlays';
import { Avatar } from '../design/parts';
import { actAs } from './session';

/** Who I am, and whom I can act as: the directory's people by team. */
export default function UserMenu({ trigger }: { trigger: ReactElement }) {
  const [open, setOpen] = useState(true);
  const { data: me } = useQuery(meQuery);
  const { data } = useQuery(peopleQuery);
  const teams = new Map<string, NonNullable<typeof data>['people']>();
  for (const person of data?.people ?? []) {
    for (const team of person.teams.length > 0 ? person.teams : ['']) teams.set(team, [...(teams.get(team) ?? []), person]);
  }
  return (
    <MenuOf trigger={trigger} label="You" open={open} onOpenChange={setOpen}>
      <p className={styles.groupLabel}>
        {me?.kind === 'person' ? `${me.display_name}, ${me.teams.map((team) => `@${team}`).join(', ') || 'no team'}` : 'You are anonymous: you may look, not change.'}
      </p>
      {me?.can_act_as === false && <p className={styles.groupLabel}>Acting as somebody works from this machine only.</p>}
      {me?.can_act_as &&
        [...teams].map(([team, people]) => (
          <Menu.Group key={team}>
            <Menu.GroupLabel className={styles.groupLabel}>{team ? `Act as one of @${team}` : 'Act as, in no team'}</Menu.GroupLabel>
            {people.map((person) => (
              <Menu.Item key={person.name} className={styles.item} onClick={() => void actAs(person.name)}>
                <Avatar name={person.display_name} />
                {person.display_name}
                <span className={styles.end}>{person.name === me.name && <Icon of={Check} size={14} />}</span>
              </Menu.Item>
            ))}
          </Menu.Group>
        ))}
      {me?.kind === 'person' && (
        <>
          <Menu.Separator className={styles.separator} />
          <Menu.Item className={styles.item} onClick={() => void actAs(undefined)}>
            <Icon of={LogOut} size={14} />
            Be anonymous again
          </Menu.Item>
        </>
      )}
    </MenuOf>
  );
}
