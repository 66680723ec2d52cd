// mj.act: shows what will be signed in plain words, signs it with the session's key, submits it, and tells how it ended.
// Static pages: <button data-mj-act='[{"command":"…","body":{…}}]' data-mj-done="/dues">, or a <form> with "$field" placeholders.

import { TrustError, assemble, cosign, prepare, read, warmUp } from './trust.js';
import { sign } from './keys.js';
import { follow } from './live.js';

const SUBMIT = '/api/v1/transactions';
const HOLD = '/api/v1/pending';
const CHUNK_ENVELOPES = 200;
const CHUNK_CHARACTERS = 4_000_000;
const SHOWN_ACTS = 200;
const OPEN_WAIT = 5_000;
const OPEN_PAUSE = 1_000;

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? '';

/** The session's key as the page states it: "<scheme> <key id>". */
function sessionKey() {
  const [scheme, id] = meta('mj-key').split(' ');
  return scheme && id ? { scheme, id, credential: meta('mj-credential') } : null;
}

class ActError extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

function explain(error) {
  if (error?.name === 'NotAllowedError') return '没有完成签名：已取消，或等待超时。';
  if (error?.name === 'NotFoundError') return '这台设备上没有您登录所用的密钥。请在绑定密钥的设备和浏览器上操作，或请支部为您重新签发邀请码。';
  if (error?.name === 'SecurityError') return '当前网址不能使用通行密钥，请从正式网址打开。';
  if (error?.name === 'TimeoutError') return '服务器没有及时答复。事项可能已经入账，请刷新页面查看，不要重复登记。';
  if (error instanceof TypeError) return '无法连接服务器，请检查网络后重试。';
  // Other faults of the browser speak English; only our own messages are meant for people.
  return error instanceof ActError || error instanceof TrustError ? error.message : '没有办成，请刷新页面后重试。';
}

const element = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};

function facts(list) {
  const node = element('dl', 'facts');
  for (const { label, value } of list) node.append(element('dt', '', label), element('dd', '', value));
  return node;
}

function actBody(act) {
  const parts = [facts(act.facts)];
  if (act.warning) parts.push(element('p', 'note', act.warning));
  return parts;
}

/** The dialog; one at a time. */
class SigningDialog {
  constructor() {
    if (!document.querySelector('link[data-mj-trust]')) {
      const link = element('link');
      link.rel = 'stylesheet';
      link.href = new URL('../css/trust.css', import.meta.url).href;
      link.dataset.mjTrust = '';
      document.head.append(link);
    }
    this.dialog = element('dialog', 'mj mj-sign');
    this.title = element('h2', '', '正在准备…');
    this.title.id = `mj-title-${Date.now()}`;
    this.title.tabIndex = -1;
    this.body = element('div', 'mj-body');
    this.progress = element('progress', 'mj-progress');
    this.progress.hidden = true;
    this.status = element('p', 'mj-status');
    this.status.setAttribute('role', 'status');
    this.buttons = element('div', 'actions');
    this.dialog.setAttribute('aria-labelledby', this.title.id);
    this.dialog.append(this.title, this.body, this.progress, this.status, this.buttons);
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.title.focus();
  }

  show(summary, key, note) {
    this.title.textContent = summary.title;
    this.body.replaceChildren(element('p', 'muted', '请核对。下面的内容由将要签名的数据本身得出。'));
    if (note) this.body.append(element('p', 'note', note));
    if (summary.acts.length === 1) {
      this.body.append(...actBody(summary.acts[0]), facts(summary.facts));
    } else {
      this.body.append(facts(summary.facts));
      const list = element('div', 'mj-acts');
      summary.acts.slice(0, SHOWN_ACTS).forEach((act, index) => {
        const details = element('details');
        const first = act.facts.slice(0, 3).map((f) => `${f.label} ${f.value}`).join('，');
        details.append(element('summary', '', `${index + 1}. ${act.title}：${first}`), ...actBody(act));
        list.append(details);
      });
      if (summary.acts.length > SHOWN_ACTS) list.append(element('p', 'muted', `另有 ${summary.acts.length - SHOWN_ACTS} 项，合计见上。`));
      this.body.append(list);
    }
    this.body.append(element('p', 'muted small', key.scheme === 'webauthn-es256' ? '用通行密钥签名。' : '用本机密钥签名。'));
  }

  /** Resolves to the pressed button's value; Escape is the first button. */
  ask(...choices) {
    return new Promise((resolve) => {
      const finish = (value) => {
        this.dialog.oncancel = null;
        for (const button of this.buttons.children) button.disabled = true;
        resolve(value);
      };
      this.dialog.oncancel = (event) => {
        event.preventDefault();
        finish(choices[0].value);
      };
      this.buttons.replaceChildren(...choices.map(({ text, value, main }) => {
        const button = element('button', main ? 'button main' : 'button', text);
        button.type = 'button';
        button.addEventListener('click', () => finish(value), { once: true });
        return button;
      }));
    });
  }

  busy(text) {
    this.dialog.oncancel = (event) => event.preventDefault();
    this.status.textContent = text;
    this.dialog.setAttribute('aria-busy', 'true');
  }

  advance(value, max) {
    this.progress.hidden = max < 2;
    this.progress.max = max;
    this.progress.value = value;
  }

  async fail(message, details = []) {
    this.dialog.removeAttribute('aria-busy');
    this.progress.hidden = true;
    this.status.textContent = '';
    const note = element('div', 'note bad');
    note.setAttribute('role', 'alert');
    note.append(element('p', '', message));
    if (details.length) {
      const list = element('ul');
      for (const detail of details.slice(0, 20)) list.append(element('li', '', detail));
      if (details.length > 20) list.append(element('li', '', `另有 ${details.length - 20} 项`));
      note.append(list);
    }
    this.body.prepend(note);
    note.scrollIntoView({ block: 'nearest' });
    await this.ask({ text: '关闭', value: 'close' });
  }

  close() {
    this.dialog.close();
    this.dialog.remove();
  }
}

function chunks(envelopes) {
  const result = [];
  let current = [];
  let size = 0;
  for (const envelope of envelopes) {
    if (current.length && (current.length >= CHUNK_ENVELOPES || size + envelope.length > CHUNK_CHARACTERS)) {
      result.push(current);
      [current, size] = [[], 0];
    }
    current.push(envelope);
    size += envelope.length;
  }
  result.push(current);
  return result;
}

async function send(address, envelopes) {
  const response = await fetch(address, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRF-TOKEN': meta('mj-csrf') },
    body: `{"envelopes":[${envelopes.join(',')}]}`,
    signal: AbortSignal.timeout(120000),
  });
  if (response.status === 204) return [];
  const answer = await response.json().catch(() => null);
  if (answer?.results) return answer.results;
  if (response.status === 401) throw new ActError('登录已过期，请重新登录后再办。', answer?.code ?? 'http/401');
  if (response.status === 403) throw new ActError(answer?.detail ?? '您没有办理这件事的权限。', answer?.code ?? 'http/403');
  if (response.status === 429) throw new ActError('操作太频繁，请稍等一分钟再试。', answer?.code ?? 'http/429');
  throw new ActError(answer?.detail ?? `服务器没有办成（${response.status}）。`, answer?.code ?? `http/${response.status}`);
}

/** Asks until acts that were answered with 202 are final or refused; gives up after a time and leaves them as they are. */
async function settle(results, say) {
  const until = Date.now() + OPEN_WAIT;
  for (let i = 0; i < results.length; i += 1) {
    while (results[i].url && Date.now() < until) {
      say(results[i].message);
      await new Promise((resolve) => { setTimeout(resolve, OPEN_PAUSE); });
      const response = await fetch(results[i].url, { credentials: 'same-origin', headers: { Accept: 'application/json' } }).catch(() => null);
      const answer = response?.ok ? await response.json().catch(() => null) : null;
      if (answer?.status === 'final' || answer?.status === 'refused') results[i] = { ...answer, url: null };
      else if (answer?.status) results[i] = { ...results[i], status: answer.status, message: answer.message };
    }
  }
  return results;
}

let queue = Promise.resolve();

/**
 * Signs and submits acts.
 * @param {string|object[]} commands JSON array of {"command","body"}.
 * @param {{names?: Record<string,string>, held?: boolean}} options Names to show beside ids; whether the act is kept for a second signature.
 * @returns {Promise<{ok: boolean, cancelled?: boolean, held?: boolean, open?: number, uncertain?: boolean, results: object[], code?: string, message?: string}>}
 *   ok: all final. open: submitted, neither final nor refused yet; live.js follows them. uncertain: it broke off after the first submission.
 */
export function act(commands, options = {}) {
  const text = typeof commands === 'string' ? commands : JSON.stringify(commands);
  return enqueue({
    prepare: (key) => prepare(text, meta('mj-network'), key.id, options?.names ?? {}, Boolean(options?.held)),
    complete: async (prepared, signature) => (await assemble(prepared.payloads, signature)).envelopes,
    held: Boolean(options?.held),
    note: options?.held ? '还需要另一人会签：您签名后先保存，会签之后才记入账本。' : '',
  });
}

/**
 * Adds the second signature to an act that somebody else has signed, and submits it. What is shown is computed from the signed bytes.
 * @param {string} envelope Canonical JSON text of the envelope.
 */
export function countersign(envelope, options = {}) {
  return enqueue({
    prepare: () => read([JSON.parse(envelope).payload], meta('mj-network'), options?.names ?? {}),
    complete: async (prepared, signature) => (await cosign([envelope], signature)).envelopes,
    held: false,
    note: '您是第二签名人：签名后立即记入账本。',
  });
}

function enqueue(task) {
  const run = queue.then(() => actNow(task));
  queue = run.catch(() => {});
  return run;
}

async function actNow(task) {
  const key = sessionKey();
  const dialog = new SigningDialog();
  const results = [];
  let sent = false;
  try {
    if (!key) throw new ActError('请先登录。', 'session/sign-in-required');
    if (key.scheme === 'webauthn-es256' && meta('mj-passkeys') === 'no') {
      throw new ActError('通行密钥暂时不能在这个网址签名：网址还没有登记。请从已登记的正式网址打开，或者改用本机密钥。', 'session/passkey-site');
    }
    dialog.busy('正在准备要签名的内容…');
    const prepared = await task.prepare(key);
    dialog.status.textContent = '';
    dialog.dialog.removeAttribute('aria-busy');
    dialog.show(prepared.summary, key, task.note);
    const choice = await dialog.ask({ text: '取消', value: 'cancel' }, { text: '确认签名', value: 'sign', main: true });
    if (choice !== 'sign') return { ok: false, cancelled: true, results, message: '已取消，没有签名。' };

    dialog.busy(key.scheme === 'webauthn-es256' ? '请在设备上确认…' : '正在签名…');
    const signature = await sign(prepared, key);
    const envelopes = await task.complete(prepared, signature);
    if (task.held) {
      dialog.busy('正在保存…');
      await send(HOLD, envelopes);
      return { ok: true, held: true, results };
    }
    for (const chunk of chunks(envelopes)) {
      dialog.busy(envelopes.length > 1 ? `正在入账 ${results.length} / ${envelopes.length}…` : '正在入账…');
      dialog.advance(results.length, envelopes.length);
      sent = true;
      results.push(...await settle(await send(SUBMIT, chunk), (text) => dialog.busy(text)));
    }

    const open = results.filter((r) => r.url);
    const refused = results.map((r, i) => ({ r, i })).filter(({ r }) => r.status === 'refused');
    // The line above the page tells the rest; there is nothing to decide here.
    if (open.length) follow(open);
    if (refused.length) {
      const say = ({ r, i }) => `${results.length > 1 ? `第 ${i + 1} 项：` : ''}${r.message ?? '账本没有接受'}（${r.code ?? '无代码'}）`;
      const rest = results.length - refused.length;
      await dialog.fail(
        rest === 0 ? '账本没有接受，什么也没有改变。'
          : open.length ? `${rest} 项已提交，其中 ${open.length} 项等待确认；${refused.length} 项没有被接受。`
            : `${rest} 项已入账，${refused.length} 项没有被接受。`,
        refused.map(say));
    }
    return { ok: refused.length === 0 && open.length === 0, open: open.length, results };
  } catch (error) {
    const message = explain(error);
    const already = results.filter((r) => r.status === 'final').length;
    const open = results.filter((r) => r.url);
    if (open.length) follow(open);
    await dialog.fail(message, already ? [`在此之前已有 ${already} 项入账。`] : []);
    // Whoever got no answer, or a proxy's, does not know whether what was sent has been taken.
    return { ok: false, open: open.length, uncertain: sent, results, code: error?.code ?? 'client/fault', message };
  } finally {
    dialog.close();
  }
}

/** Replaces "$field" and "$field:int" by the form's values. */
function fill(value, form) {
  if (Array.isArray(value)) return value.map((item) => fill(item, form));
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, fill(v, form)]));
  const match = typeof value === 'string' && /^\$([A-Za-z][A-Za-z0-9]*)(:int)?$/.exec(value);
  if (!match) return value;
  const given = form.get(match[1]);
  return match[2] ? Number.parseInt(given, 10) : given;
}

async function actFromPage(node, content, how = act) {
  if (node.dataset.mjBusy) return;
  node.dataset.mjBusy = '1';
  try {
    const result = await how(content, { names: node.dataset.mjNames ? JSON.parse(node.dataset.mjNames) : {} });
    node.dispatchEvent(new CustomEvent('mj-acted', { bubbles: true, detail: result }));
    if (!result.ok) return;
    if (node.dataset.mjDone) location.assign(node.dataset.mjDone);
    else location.reload();
  } finally {
    delete node.dataset.mjBusy;
  }
}

document.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? event.target.closest('button[data-mj-act], button[data-mj-cosign]') : null;
  if (!button) return;
  event.preventDefault();
  if (button.dataset.mjCosign) actFromPage(button, button.dataset.mjCosign, countersign);
  else actFromPage(button, button.dataset.mjAct);
});

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset.mjAct) return;
  event.preventDefault();
  actFromPage(form, JSON.stringify(fill(JSON.parse(form.dataset.mjAct), new FormData(form))));
});

// A page that can sign will probably sign: fetch the module while the reader reads.
if (document.querySelector('[data-mj-act], [data-mj-cosign]')) {
  (window.requestIdleCallback ?? ((work) => setTimeout(work, 1500)))(() => { warmUp().catch(() => {}); });
}

window.mj = Object.assign(window.mj ?? {}, { act });
