import { Window } from '../design/overlays';
import { Kbd } from '../design/parts';
import { setPreference, usePreference } from '../design/settings';
import { Switch } from '../design/Field';
import styles from './KeyList.module.css';
import { places, settingsPlace } from './places';

const groups: { title: string; keys: [string[], string][] }[] = [
  {
    title: 'Everywhere',
    keys: [
      [['Ctrl K'], 'search or jump to'],
      [['/'], 'search on this page'],
      [['?'], 'this list'],
      [['Esc'], 'close, back'],
    ],
  },
  {
    title: 'Lists and tabs',
    keys: [
      [['j'], 'next row'],
      [['k'], 'row before'],
      [['Enter'], 'open'],
      [['['], 'tab before'],
      [[']'], 'next tab'],
      [['Space'], 'pause or go on, in Samples'],
    ],
  },
  { title: 'Go to', keys: [...places, settingsPlace].map(({ name, letter }) => [['g', letter], name]) },
];

export default function KeyList({ onClose }: { onClose: () => void }) {
  const on = usePreference('keys') !== 'off';
  return (
    <Window
      open
      onOpenChange={(open) => !open && onClose()}
      title="Keys"
      foot={
        <span className={styles.foot}>
          <Switch checked={on} onChange={(event) => setPreference('keys', event.target.checked ? 'on' : 'off')}>
            Single-letter keys
          </Switch>
        </span>
      }
    >
      <div className={styles.groups}>
        {groups.map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {group.keys.map(([keys, what]) => (
                <div key={what} className={styles.row}>
                  <dt>
                    {keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Window>
  );
}
