import type { InspectorAbilities, InspectorSource } from '@cpc/devtools/source';

/** Asks the server that the page came from. */
export async function remoteSource(token: string): Promise<InspectorSource> {
  const ask = async (method: 'GET' | 'POST', name: string, given: Record<string, string> = {}) => {
    const query = new URLSearchParams(given);
    const response = await fetch(`/api/${name}?${query}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
    });
    if (response.ok) return response;
    throw new Error(((await response.json()) as { readonly message: string }).message);
  };
  const read = async <T>(name: string, given?: Record<string, string>): Promise<T> =>
    (await (await ask('GET', name, given)).json()) as T;
  const change = async (name: string, id: string): Promise<void> => {
    await ask('POST', name, { id });
  };
  return {
    abilities: await read<InspectorAbilities>('abilities'),
    events: { subscribe: () => ({ unsubscribe: () => undefined }) },
    list: ({ after = 0, limit }) => read('list', { after: String(after), limit: String(limit) }),
    get: async (id) => (await read<Found<'get'>>('get', { id })) ?? undefined,
    stats: () => read('stats'),
    explain: async (id) => (await read<Found<'explain'>>('explain', { id })) ?? undefined,
    retry: (id) => change('retry', id),
    discard: (id) => change('discard', id),
    edit: async (id) => {
      await change('edit', id);
      return id;
    },
    pause: () => Promise.reject(new Error('Nothing here sends, so nothing can be paused.')),
    resume: () => Promise.reject(new Error('Nothing here sends, so nothing can be resumed.')),
    async *export() {
      const { body } = await ask('GET', 'export');
      if (body === null) return;
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value;
    },
  };
}

/** Over HTTP `undefined` is null. */
type Found<Name extends 'get' | 'explain'> = Awaited<ReturnType<InspectorSource[Name]>> | null;
