// For interactive (circuit) pages: takes the commands as a stream and answers with a summary, because a circuit's messages are small.

import { act } from './act.js';

const SHOWN_REFUSALS = 10;

/**
 * @param {{arrayBuffer(): Promise<ArrayBuffer>}} stream JSON of the commands, UTF-8.
 * @param {Record<string, string>} names Names to show beside ids.
 * @param {boolean} held Keep the act for a second person's signature instead of submitting it.
 */
export async function actFromCircuit(stream, names, held) {
  const result = await act(new TextDecoder().decode(await stream.arrayBuffer()), { names, held });
  const final = result.results.filter((r) => r.status === 'final');
  const refused = result.results.filter((r) => r.status === 'refused');
  return {
    ok: result.ok,
    cancelled: Boolean(result.cancelled),
    held: Boolean(result.held),
    open: result.open ?? 0,
    uncertain: Boolean(result.uncertain),
    final: final.length,
    refused: refused.length,
    height: final.length ? Math.max(...final.map((r) => r.height)) : null,
    index: final.length ? final[0].index : null,
    message: result.message ?? null,
    refusals: refused.slice(0, SHOWN_REFUSALS).map((r) => `${r.message ?? '账本没有接受'}（${r.code ?? '无代码'}）`),
  };
}
