import type { Schemas } from '../../api/client';
import { Checkbox } from '../../design/Field';
import styles from './Explore.module.css';
import { type ExploreSearch, type FacetName, facetNames, isChecked, toggled } from './filter';

const titles: Record<FacetName, string> = {
  match: 'Match in',
  domain: 'Domain',
  owner: 'Owner',
  quality: 'Quality',
  sla: 'SLA tier',
  lifecycle: 'Lifecycle',
  history: 'History held',
  tag: 'Tag',
};

const words: Partial<Record<FacetName, Record<string, string>>> = {
  match: { field_name: 'field name', field_doc: 'field meaning' },
  sla: { '1': 'Tier 1', '2': 'Tier 2', '3': 'Tier 3' },
  history: { recent: 'recent window', latest_per_key: 'latest per key' },
};

/** Counts come from the same answer as the list; a facet's own filter does not narrow its counts. */
export function Facets({ facets, search, onChange }: { facets: Schemas['Facets']; search: ExploreSearch; onChange: (next: ExploreSearch) => void }) {
  return facetNames.map((name) => {
    const options = withChecked(facets[name], (search[name] as string[] | undefined) ?? []);
    if (options.length === 0) return null;
    return (
      <fieldset key={name} className={styles.facet}>
        <legend>{titles[name]}</legend>
        {options.map(({ value, count }) => (
          <Checkbox key={value} className={styles.option ?? ''} checked={isChecked(search, name, value)} onChange={() => onChange(toggled(search, name, value))}>
            <span className="ellipsis">{name === 'owner' ? `@${value}` : (words[name]?.[value] ?? value)}</span>
            <span className="figures">{count}</span>
          </Checkbox>
        ))}
      </fieldset>
    );
  });
}

/** A filter that is on stays visible, so that it can be taken off, even where nothing has its value. */
function withChecked(counts: Schemas['FacetCount'][], checked: string[]) {
  const missing = checked.filter((value) => !counts.some((count) => count.value === value));
  return [...counts, ...missing.map((value) => ({ value, count: 0 }))];
}
