import { useQuery, useQueryClient } from '@tanstack/react-query';
import { BellOff, BellRing } from 'lucide-react';
import { useState } from 'react';
import { follow, followsQuery } from '../../api/inbox';
import { meQuery } from '../../api/queries';
import { Button } from '../../design/Button';
import { toast } from '../../design/parts';
import { say } from '../errors';

/** Be told what changes on a product. */
export function FollowButton({ domain, name }: { domain: string; name: string }) {
  const client = useQueryClient();
  const { data: me } = useQuery(meQuery);
  const person = me?.kind === 'person';
  const { data } = useQuery({ ...followsQuery, enabled: person });
  const [busy, setBusy] = useState(false);
  const following = person && (data?.follows.some((one) => one.product === `${domain}/${name}`) ?? false);
  const toggle = async () => {
    if (!person) return toast({ tone: 'info', title: 'You are anonymous', text: 'Choose a person at the top right to act as: follows are kept for people.' });
    setBusy(true);
    try {
      await follow(client, domain, name, !following);
    } catch (error) {
      const { title, text } = say(error);
      toast({ tone: 'bad', title, text });
    }
    setBusy(false);
  };
  return (
    <Button icon={following ? BellOff : BellRing} aria-pressed={following} busy={busy} onClick={() => void toggle()}>
      {following ? 'Unfollow' : 'Follow'}
    </Button>
  );
}
