import { answer, api } from '../api/client';
import { meQuery, queryClient } from '../api/queries';
import { toast } from '../design/parts';
import { reopenStream } from '../live/live';
import { say } from '../screens/errors';

/** Acts as a person of the directory, or as nobody. Everything on screen is fetched again through the new eyes. */
export async function actAs(person: string | undefined) {
  try {
    if (person === undefined) {
      await answer(api.DELETE('/api/v1/session'));
      queryClient.setQueryData(meQuery.queryKey, await answer(api.GET('/api/v1/me')));
    } else {
      const me = await answer(api.POST('/api/v1/session', { body: { person } }));
      queryClient.setQueryData(meQuery.queryKey, me);
      toast({ tone: 'ok', title: `You act as ${me.display_name}`, text: me.teams.map((team) => `@${team}`).join(', ') || 'in no team' });
    }
  } catch (error) {
    const { title, text } = say(error);
    toast({ tone: 'bad', title, text });
    return;
  }
  reopenStream();
  await queryClient.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'me' && query.queryKey[0] !== 'server' });
}
