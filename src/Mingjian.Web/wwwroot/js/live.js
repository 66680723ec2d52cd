// Acts that were submitted and are not final yet: shows how far they have come, and brings the page up to date once they are.
// The ids are kept for this tab alone; a stream is open only while there is something to wait for.

const STORE = 'mj-open';
const EVENTS = '/api/v1/ledger/events';
// The server tells of so many at once; a large import is followed part by part.
const AT_ONCE = 50;
const MOST = 2000;
const STAGES = [['accepted', '已收到'], ['ordered', '已排序'], ['final', '已确认']];

const stored = () => {
  try {
    const ids = JSON.parse(sessionStorage.getItem(STORE) ?? '[]');
    return Array.isArray(ids) ? ids.filter((id) => /^[0-9a-f]{64}$/.test(id)).slice(-MOST) : [];
  } catch {
    return [];
  }
};

let source = null;
let touched = false;
let refusals = [];
let lost = 0;
// What was typed is not thrown away, nor what a page shows only once ([data-mj-keep]).
document.addEventListener('input', () => { touched = true; });

/** The line above the page: what is waited for, the stage reached in bold. */
function show(text, stage, button) {
  let note = document.querySelector('.mj-open');
  if (!note) {
    note = document.createElement('div');
    note.className = 'note mj-open';
    note.setAttribute('role', 'status');
    document.querySelector('main')?.prepend(note);
  }
  const said = document.createElement('span');
  said.textContent = text;
  const stages = document.createElement('span');
  stages.className = 'stages muted small';
  STAGES.forEach(([name, title], i) => {
    if (i) stages.append(' › ');
    const part = document.createElement(name === stage ? 'b' : 'span');
    part.textContent = title;
    stages.append(part);
  });
  note.classList.toggle('bad', stage === null);
  note.classList.toggle('good', stage === 'final');
  note.replaceChildren(said, ...(stage ? [stages] : []));
  if (button) {
    const again = document.createElement('button');
    again.type = 'button';
    again.className = 'button small';
    again.textContent = '刷新页面';
    again.addEventListener('click', () => location.reload());
    note.append(again);
  }
}

function watch() {
  source?.close();
  const ids = stored();
  const open = new Map(ids.slice(0, AT_ONCE).map((id) => [id, 'accepted']));
  const later = ids.slice(AT_ONCE);
  if (!open.size) return;
  source = new EventSource(`${EVENTS}?${[...open.keys()].map((id) => `act=${id}`).join('&')}`);
  source.addEventListener('act', (event) => {
    const act = JSON.parse(event.data);
    if (!open.has(act.transactionId)) return;
    if (act.status === 'waiting' || act.status === 'accepted' || act.status === 'ordered') {
      open.set(act.transactionId, act.status);
    } else {
      open.delete(act.transactionId);
      if (act.status === 'refused') refusals.push(act.message ?? act.code);
      if (act.status === 'unknown') lost += 1;
    }
    sessionStorage.setItem(STORE, JSON.stringify([...open.keys(), ...later]));
    if (open.size) {
      const count = open.size + later.length;
      const stages = [...open.values()];
      if (stages.includes('waiting')) {
        show(`${count} 项等待提交：暂时连不上本单位的节点，恢复后自动提交，不要重复登记。`, null);
        return;
      }
      const stage = stages.includes('accepted') ? 'accepted' : 'ordered';
      show(`${count} 项已提交，等待足够多的节点确认，不要重复登记。`, stage);
      return;
    }
    if (later.length) {
      watch();
      return;
    }
    source.close();
    if (refusals.length) show(`${refusals.length} 项没有被接受，没有改变任何记录：${[...new Set(refusals)].slice(0, 5).join('；')}`, null, true);
    else if (lost) show(`服务器重启过，查不到 ${lost} 项提交的结果。请刷新后看列表里有没有，没有时再办一次。`, null, true);
    else if (touched || document.querySelector('dialog[open], [data-mj-keep]')) show('刚才提交的事项已确认。', 'final', true);
    else {
      // Nobody asked for it: the server does not take it for something that the person did (PersonsRequest.cs).
      document.cookie = 'page-refresh=1; path=/; max-age=10; samesite=strict';
      location.reload();
    }
  });
  // The browser tries again by itself unless the server has refused: then the session has ended, or too many pages are open.
  source.addEventListener('error', () => {
    if (source.readyState === EventSource.CLOSED) show('实时更新已停止：登录已结束，或者打开的页面太多。请刷新页面后查看结果。', null, true);
  });
}

/**
 * Follows acts until they are final or refused.
 * @param {{url: string}[]} results As the server answered them; the address ends with the act's id.
 */
export function follow(results) {
  const before = stored();
  if (!before.length) [refusals, lost] = [[], 0];
  const ids = results.map((r) => r.url.split('/').at(-1));
  sessionStorage.setItem(STORE, JSON.stringify([...new Set([...before, ...ids])].slice(-MOST)));
  touched = false;
  watch();
}

watch();
