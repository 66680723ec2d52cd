// Client of the trust worker. The worker starts at the first call and stays; every call answers with parsed JSON.

const pending = new Map();
let worker = null;
let last = 0;

/** An error that the trust module reports with a message meant for people (Simplified Chinese). */
export class TrustError extends Error {
  constructor(message, code) {
    super(message);
    this.name = 'TrustError';
    this.code = code;
  }
}

function start() {
  if (worker) return worker;
  worker = new Worker(new URL('./trust-worker.js', import.meta.url), { type: 'module', name: 'mingjian-trust' });
  worker.addEventListener('message', ({ data }) => {
    const call = pending.get(data.id);
    if (!call) return;
    pending.delete(data.id);
    if (data.error !== undefined) call.reject(new TrustError('核验程序出错，请刷新页面后重试。', `trust/fault: ${data.error}`));
    else call.resolve(data.value);
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    for (const call of pending.values()) {
      call.reject(new TrustError('核验程序没有加载成功，请检查网络后刷新页面。', `trust/load: ${event.message ?? ''}`));
    }
    pending.clear();
    worker.terminate();
    worker = null;
  });
  return worker;
}

function call(method, ...args) {
  return new Promise((resolve, reject) => {
    const id = ++last;
    pending.set(id, { resolve, reject });
    start().postMessage({ id, method, args });
  });
}

async function json(method, ...args) {
  const answer = JSON.parse(await call(method, ...args));
  if (answer.error) throw new TrustError(answer.error, answer.code);
  return answer;
}

/** Loads the module in advance, so that the first signature does not wait for it. */
export const warmUp = () => call('Version');

// What a key may sign: answers of this module's own functions, and nothing that a page or a server made up.
const vouched = new WeakMap();

function vouch(answer, network) {
  vouched.set(answer, { message: answer.message, challenge: answer.challenge, network });
  return Object.freeze(answer);
}

/**
 * The bytes that stand behind an answer of prepare, read or signIn: { message, challenge, network }. Keys sign these and never what else they are given:
 * one of two payload types, made or read by this module for one ledger.
 */
export function signable(answer) {
  const bytes = answer && typeof answer === 'object' ? vouched.get(answer) : undefined;
  if (!bytes) throw new TrustError('要签名的内容不是本机程序生成的，没有签名。', 'signing/not-vouched');
  return bytes;
}

/** Reads a server's request to sign in: { name, message, challenge }; refuses all that is not a sign-in on this page, for this ledger, now. */
export const signIn = async (payloadType, payload, network) =>
  vouch(await json('SignIn', String(payloadType), String(payload), network, location.origin, Date.now()), network);

/** Builds canonical payloads from commands for the key that will sign: { payloads, message, challenge, summary }. A held act waits for a second person, so it is valid for longer. */
export const prepare = async (commandsJson, network, signer, names = {}, held = false) =>
  vouch(await json('Prepare', commandsJson, network, signer, JSON.stringify(names), Date.now(), held), network);

/** Reads payloads that somebody else built, for a second signature. */
export const read = async (payloads, network, names = {}) =>
  vouch(await json('Read', JSON.stringify(payloads), network, JSON.stringify(names)), network);

/** Puts payloads and signature together: { envelopes: [canonical JSON text] }. */
export const assemble = (payloads, signature) => json('Assemble', JSON.stringify(payloads), JSON.stringify(signature));

/** Adds a second signature to envelopes: { envelopes }. */
export const cosign = (envelopes, signature) => json('Cosign', JSON.stringify(envelopes), JSON.stringify(signature));

/**
 * Verifies a receipt step by step: { verdict, headline, conclusion, steps, contents, standing, freshFault }; verdict is failed, unchanged, inForce
 * or reversed. The node history (or '') leads from the network file to later nodes; standing (or '') is a freshly fetched one.
 */
export const verifyReceipt = (text, networkJson, historyJson = '', standing = '') =>
  json('VerifyReceipt', text, networkJson, historyJson, standing);

/** How to ask for a fresh standing of a receipt: { index, proof }. */
export const standingQuery = (text) => json('StandingQuery', text);

/** Verifies a final checkpoint: { ok, size, root, nodes, detail }. */
export const verifyCheckpoint = (note, networkJson) => json('VerifyCheckpoint', note, networkJson);

/** What a receipt claims, unchecked. */
export const receiptContents = (text, networkJson = '') => json('ReceiptContents', text, networkJson);

/** Collects QR parts: { total, have, missing, text }. */
export const decodeQrParts = (parts) => json('DecodeQrParts', JSON.stringify(parts));

/** The key that an invitation's code (base64url) stands for: { key: id, publicKey }. */
export const invitationKey = (code) => json('InvitationKey', code);

/** Signs what this module vouches for with an invitation's code: { keyid, scheme, sig }. */
export const signWithInvitation = (code, prepared) => json('SignWithInvitation', code, signable(prepared).message);

/** A QR code of a text, drawn in this browser: { svg }. */
export const drawQr = (text) => json('DrawQr', text);
