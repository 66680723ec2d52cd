// For interactive pages: runs mj.act and tells briefly how it ended, because a circuit takes small messages only.
import { act } from './act.js';

export async function actBrief(commands, names) {
  const result = await act(commands, { names });
  const final = result.results.filter((r) => r.status === 'final');
  const refused = result.results.find((r) => r.status !== 'final');
  return {
    ok: result.ok,
    cancelled: Boolean(result.cancelled),
    done: final.length,
    height: final.reduce((most, r) => Math.max(most, r.height ?? 0), 0),
    code: refused?.code ?? result.code ?? null,
    message: refused?.message ?? result.message ?? null,
  };
}
