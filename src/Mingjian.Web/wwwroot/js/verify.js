// The page /verify: takes a receipt from a file, from pasted text or from QR codes, and shows each step of the check.

import { TrustError, decodeQrParts, standingQuery, verifyReceipt, warmUp } from './trust.js';

const root = document.getElementById('mj-verify');
const at = (name) => document.querySelector(`[data-mj="${name}"]`);
const MARKS = { ok: '✓', failed: '✗', notReached: '–', absent: '–', reversed: '✗', stale: '–' };
const SPOKEN = { ok: '通过', failed: '不通过', notReached: '未进行', absent: '未附', reversed: '已冲正', stale: '太旧' };
const TONES = { inForce: 'good', unchanged: 'open', reversed: 'bad', failed: 'bad' };
const TITLES = { failed: '凭证自称的内容（未通过核验）', reversed: '凭证内容（已冲正，凭证作废）' };

const element = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};

let ownNetwork = null;
let siteNetwork = null;
const parts = new Set();

async function network() {
  if (ownNetwork) return ownNetwork;
  if (!siteNetwork) {
    const response = await fetch(root.dataset.networkUrl, { credentials: 'omit' });
    if (!response.ok) throw new Error('无法取得本站的网络文件，请换用您自己的网络文件。');
    siteNetwork = await response.text();
    await showNetwork(siteNetwork, '本站提供');
  }
  return siteNetwork;
}

async function showNetwork(text, source) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  at('network-source').textContent = source;
  at('network-print').textContent = [...hash].map((b) => b.toString(16).padStart(2, '0')).join('').replace(/(.{8})(?=.)/g, '$1 ');
}

/** @param notice Why no fresh standing was to be had; empty when there was one. */
function show(report, notice) {
  at('verdict').textContent = report.headline;
  at('verdict').className = `mj-verdict note ${TONES[report.verdict]}`;
  at('verdict').dataset.verdict = report.verdict;
  at('meaning').textContent = report.conclusion + notice;
  at('steps').replaceChildren(...report.steps.map((step) => {
    const item = element('li', step.status);
    item.dataset.step = step.id;
    item.dataset.status = step.status;
    const mark = element('span', 'mark', MARKS[step.status]);
    mark.setAttribute('aria-hidden', 'true');
    const body = element('div');
    const title = element('strong', '', step.title);
    title.append(element('span', 'visually-hidden', `：${SPOKEN[step.status]}`));
    body.append(title, element('p', '', step.explanation));
    if (step.detail) {
      const details = element('details');
      details.append(element('summary', '', '技术细节'), element('p', 'mono', step.detail));
      body.append(details);
    }
    item.append(mark, body);
    return item;
  }));
  const contents = at('contents');
  contents.replaceChildren();
  if (report.contents) {
    contents.append(element('h2', '', TITLES[report.verdict] ?? '凭证内容'));
    const list = element('dl', 'facts');
    for (const { label, value } of report.contents.facts) list.append(element('dt', '', label), element('dd', '', value));
    contents.append(list);
  }
  reveal();
}

function fail(message) {
  at('verdict').textContent = '无法核验';
  at('verdict').className = 'mj-verdict note bad';
  at('verdict').dataset.verdict = 'none';
  at('meaning').textContent = message;
  at('steps').replaceChildren();
  at('contents').replaceChildren();
  reveal();
}

function reveal() {
  at('result').hidden = false;
  at('verdict').focus();
  at('result').scrollIntoView({ behavior: 'smooth', block: 'start' });
}

async function guarded(work) {
  try {
    await work();
  } catch (error) {
    // Faults of the browser itself speak English.
    fail(error instanceof TrustError || error?.constructor === Error ? error.message : '没有办成，请检查网络后重试。');
  }
}

const failedAt = (report) => report.steps.find((s) => s.status === 'failed')?.id;

/** Signed by nodes that the network file does not know: the receipt's block, its standing's, or the fresh standing's. */
const needsHistory = (report) => ['checkpoint', 'standing-checkpoint'].includes(failedAt(report) ?? report.freshFault);

/** As verifyReceipt. The nodes may have changed since the network file: this site's record of the changes is tried, and checked like everything else. */
async function verifyWith(text, standing) {
  const trusted = await network();
  const report = await verifyReceipt(text, trusted, '', standing);
  if (!needsHistory(report)) return report;
  const response = await fetch(root.dataset.nodesUrl, { credentials: 'omit' }).catch(() => null);
  if (!response?.ok) return report;
  try {
    return await verifyReceipt(text, trusted, await response.text(), standing);
  } catch {
    return report;
  }
}

/** Asks this site what became of the payment. Only hashes leave the device, and the answer is checked here: { standing, notice }. */
async function freshStanding(text) {
  const { index, proof } = await standingQuery(text);
  const response = await fetch(root.dataset.standingUrl + index, {
    credentials: 'omit', cache: 'no-store', headers: { 'Mingjian-Receipt': proof }, signal: AbortSignal.timeout(20_000),
  }).catch(() => null);
  if (response?.ok) return { standing: await response.text(), notice: '' };
  const why = !response ? '没有连上本站' : response.status === 404 ? '本站的账本里没有这张凭证' : `本站没有给出状态证明（${response.status}）`;
  return { standing: '', notice: `（${why}，没有取得最新状态。）` };
}

const verify = (text) => guarded(async () => {
  const report = await verifyWith(text, '');
  if (report.verdict === 'failed') return show(report, '');
  const { standing, notice } = await freshStanding(text);
  return show(standing ? await verifyWith(text, standing) : report, notice);
});

/** Adds scanned or pasted codes; verifies once all are there. */
async function collect(found) {
  for (const part of found) parts.add(part);
  let scan;
  try {
    scan = await decodeQrParts([...parts]);
  } catch (error) {
    parts.clear();
    partsNote(`${error.message} 请从第一个二维码重新开始。`);
    return false;
  }
  if (scan.receipt) {
    parts.clear();
    partsNote(`${scan.total} 个二维码已读齐。`);
    await verify(scan.receipt);
    return true;
  }
  partsNote(`已读取 ${scan.total - scan.missing.length} / ${scan.total} 个二维码，还缺第 ${scan.missing.join('、')} 个。`);
  return false;
}

function partsNote(text) {
  at('parts').hidden = false;
  at('parts').textContent = text;
}

/** Bytes to text that keeps every fault visible to the module: anything but valid UTF-8 fails there, not here. */
const decodeText = (buffer) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(buffer);

async function takeFile(file) {
  if (!file) return;
  if (file.size > 8_000_000) return fail('文件太大，不是凭证。');
  if (file.type.startsWith('image/')) return takeImage(file);
  return verify(decodeText(await file.arrayBuffer()));
}

let reader = null;

/** Reads the QR codes of a picture: the browser's own reader where it has one, else the one that comes with the trust module. */
const qrReader = () => reader ??= openReader().catch((error) => { reader = null; throw error; });

async function openReader() {
  if ('BarcodeDetector' in window && (await BarcodeDetector.getSupportedFormats().catch(() => [])).includes('qr_code')) {
    const own = new BarcodeDetector({ formats: ['qr_code'] });
    return async (picture) => (await own.detect(picture)).map((c) => c.rawValue);
  }
  await new Promise((resolve, reject) => {
    const script = element('script');
    script.src = '/trust/_framework/zxing.js';
    script.addEventListener('load', resolve);
    script.addEventListener('error', () => reject(new Error('没有取到识别二维码的程序，请检查网络后重试，或改用凭证文件。')));
    document.head.append(script);
  });
  await ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => '/trust/_framework/zxing.wasm' }, fireImmediately: true });
  const canvas = element('canvas');
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  return async (picture) => {
    canvas.width = picture.videoWidth || picture.width;
    canvas.height = picture.videoHeight || picture.height;
    if (!canvas.width) return [];
    pen.drawImage(picture, 0, 0);
    const pixels = pen.getImageData(0, 0, canvas.width, canvas.height);
    return (await ZXingWASM.readBarcodes(pixels, { formats: ['QRCode'], maxNumberOfSymbols: 24 })).map((c) => c.text);
  };
}

async function takeImage(file) {
  const read = await qrReader();
  const found = (await read(await createImageBitmap(file))).filter((v) => v.startsWith('MJ1/'));
  if (!found.length) return fail('图片里没有凭证二维码。');
  return collect(found);
}

let stream = null;

async function scan() {
  const read = await qrReader();
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1920 } }, audio: false });
  } catch {
    return fail('没有得到使用摄像头的许可。可以改为选择凭证文件。');
  }
  const video = at('video');
  video.srcObject = stream;
  at('camera').hidden = false;
  partsNote('请依次对准凭证上的每个二维码。');
  await video.play();
  while (stream) {
    const found = (await read(video).catch(() => [])).filter((v) => v.startsWith('MJ1/') && !parts.has(v));
    if (found.length && await collect(found)) stop();
    await new Promise((resolve) => { setTimeout(resolve, 150); });
  }
}

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  at('camera').hidden = true;
}

at('file').addEventListener('change', (event) => guarded(() => takeFile(event.target.files[0])).finally(() => { event.target.value = ''; }));
at('network-file').addEventListener('change', (event) => guarded(async () => {
  const file = event.target.files[0];
  if (!file) return;
  ownNetwork = decodeText(await file.arrayBuffer());
  await showNetwork(ownNetwork, file.name);
}));
at('paste').addEventListener('click', () => guarded(async () => {
  const text = at('text').value.replaceAll('\r\n', '\n').trim();
  if (!text) return;
  const lines = text.split('\n').map((l) => l.trim()).filter(Boolean);
  // Text areas lose the last newline; everything else stays as it was pasted.
  if (lines.every((l) => l.startsWith('MJ1/'))) await collect(lines);
  else await verify(`${text}\n`);
}));
at('scan').addEventListener('click', () => guarded(scan));
at('stop').addEventListener('click', stop);
window.addEventListener('pagehide', stop);

const drop = at('drop');
drop.addEventListener('dragover', (event) => { event.preventDefault(); drop.classList.add('over'); });
drop.addEventListener('dragleave', () => drop.classList.remove('over'));
drop.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  guarded(() => takeFile(event.dataTransfer.files[0]));
});

// Browsers give the camera only to pages that came over https, or from this machine.
at('scan').hidden = !navigator.mediaDevices;
warmUp().catch(() => {});

// A receipt page links here with #<receipt address>: fetch and check it straight away.
if (location.hash.startsWith('#/api/v1/receipts/')) {
  guarded(async () => {
    const response = await fetch(location.hash.slice(1), { credentials: 'same-origin' });
    if (!response.ok) throw new Error('没有取到凭证：可能需要先登录，或没有权限。');
    await verify(decodeText(await response.arrayBuffer()));
  });
}
