import { useQuery } from '@tanstack/react-query';
import { meQuery, topicsQuery } from '../../api/queries';

/** Topics that could become products: those of my domains and nobody's; while one is anonymous, all, to look at. */
export function useCandidates() {
  const { data: me } = useQuery(meQuery);
  const mine = me?.kind !== 'anonymous';
  const topics = useQuery({ ...topicsQuery(mine), enabled: me !== undefined });
  return { ...topics, candidates: (topics.data?.topics ?? []).filter((topic) => topic.product === null) };
}
