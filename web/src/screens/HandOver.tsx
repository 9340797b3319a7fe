import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../api/client';
import { Button } from '../design/Button';
import { toast } from '../design/parts';
import { say } from './errors';
import styles from './Directory.module.css';
import { splitProduct } from './inbox/words';

/** Gives a product to a team of its domain. */
export function HandOver({ product, teams }: { product: string; teams: string[] }) {
  const client = useQueryClient();
  const [team, setTeam] = useState(teams[0] ?? '');
  const [busy, setBusy] = useState(false);
  if (teams.length === 0) return <span className="muted">No team belongs to the domain that could take it.</span>;
  const send = async () => {
    setBusy(true);
    try {
      await answer(api.POST('/api/v1/products/{domain}/{name}/owner', { params: { path: splitProduct(product) }, body: { team } }));
      toast({ tone: 'ok', title: `Handed over to @${team}`, text: product });
      await Promise.all(['directory', 'product', 'products'].map((kind) => client.invalidateQueries({ queryKey: [kind] })));
    } catch (error) {
      const { title, text, what } = say(error);
      toast({ tone: 'bad', title, text: `${text} ${what}` });
    }
    setBusy(false);
  };
  return (
    <span className={styles.handOver}>
      <select aria-label={`Team that takes over ${product}`} value={team} onChange={(event) => setTeam(event.target.value)}>
        {teams.map((name) => (
          <option key={name} value={name}>
            @{name}
          </option>
        ))}
      </select>
      <Button small busy={busy} onClick={() => void send()}>
        Hand over
      </Button>
    </span>
  );
}
