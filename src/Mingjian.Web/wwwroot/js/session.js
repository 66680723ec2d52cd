// Signing in, binding keys and founding a network. Every function throws an Error whose message is meant for people.

import { createDeviceKey, deviceKeys, forgetDeviceKey, sign, storageAnswered, toBase64, toBase64Url } from './keys.js';
import { TrustError, assemble, cosign, invitationKey, prepare, signIn, signWithInvitation } from './trust.js';

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? '';

export class ProblemError extends Error {
  constructor(message, code, status) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** POSTs JSON (or ready JSON text) with the page's token; answers with parsed JSON or null. */
export async function post(path, body, headers = {}) {
  let response;
  try {
    response = await fetch(path, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRF-TOKEN': meta('mj-csrf'), ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body ?? {}),
      signal: AbortSignal.timeout(60000),
    });
  } catch {
    throw new ProblemError('无法连接服务器，请检查网络后重试。', 'client/network', 0);
  }
  const text = await response.text();
  const answer = text ? JSON.parse(text) : null;
  if (!response.ok) {
    throw new ProblemError(answer?.detail ?? `服务器没有办成（${response.status}）。`, answer?.code ?? `http/${response.status}`, response.status);
  }
  return answer;
}

/** Words for a fault of the browser's key functions. */
export function explain(error) {
  if (error?.name === 'NotAllowedError') return '没有完成：已取消，或等待超时。';
  if (error?.name === 'InvalidStateError') return '这台设备上已经有本站的通行密钥。';
  if (error?.name === 'SecurityError') return '当前网址不能使用通行密钥。请用 localhost 或正式网址打开，或改用本机密钥。';
  if (error?.name === 'NotFoundError') return '这个浏览器里没有这把密钥。';
  if (error?.name === 'NotSupportedError') return '这台设备不支持通行密钥，请改用本机密钥。';
  // Other faults of the browser speak English; only our own messages are meant for people.
  return error instanceof ProblemError || error instanceof TrustError ? error.message : '没有办成，请刷新页面后重试。';
}

/** The page's address is no site where passkeys sign (the server's word; the ledger refuses such a signature anyhow). */
export const passkeysElsewhere = () => meta('mj-passkeys') === 'no';

export const passkeysAvailable = () => !passkeysElsewhere() && Boolean(window.PublicKeyCredential?.parseCreationOptionsFromJSON);

/** Asks the server for a challenge and reads it: what comes back is a sign-in on this page or nothing. */
async function challenge() {
  const { payloadType, payload } = await post('/api/v1/session/challenge');
  return signIn(payloadType, payload, meta('mj-network'));
}

/** Opens a session with one of this browser's keys. */
export async function signInWithDeviceKey(id) {
  const asked = await challenge();
  const { sig } = await sign(asked, { scheme: 'es256', id });
  await post('/api/v1/session', { challenge: asked.name, key: id, signature: sig });
}

/** Opens a session with a passkey of this site. */
export async function signInWithPasskey() {
  const asked = await challenge();
  const { credential, sig, webauthn } = await sign(asked, { scheme: 'webauthn-es256' });
  await post('/api/v1/session/passkey', { challenge: asked.name, credential, signature: sig, ...webauthn });
}

/** Makes a passkey; the answer is a key as `sign` takes it, with its ledger spelling. The server keeps it once its act is final. */
async function createPasskey(optionsPath, question) {
  const { options, state } = await post(optionsPath, question);
  const credential = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
  const made = await post('/api/v1/passkeys', { state, credential: JSON.stringify(credential.toJSON()) });
  return { scheme: 'webauthn-es256', id: made.keyId, credential: made.credentialId, publicKey: made.key, pending: made.pending };
}

async function newDeviceKey() {
  const made = await createDeviceKey(meta('mj-network'));
  return { scheme: 'es256', id: made.id, publicKey: made.publicKey };
}

/** Signs one command with a key that the command itself introduces, and with an invitation's code where there is one. */
async function signWith(key, command, body, code) {
  const prepared = await prepare(JSON.stringify([{ command, body }]), meta('mj-network'), key.id);
  let { envelopes } = await assemble(prepared.payloads, await sign(prepared, key));
  if (code) ({ envelopes } = await cosign(envelopes, await signWithInvitation(code, prepared)));
  return `{"envelopes":[${envelopes[0]}]}`;
}

/** Makes a key, submits with it, and forgets a device key that did not get bound. */
async function introduce(kind, makePasskey, command, bodyOf, submit, code = null) {
  const key = kind === 'passkey' ? await makePasskey() : await newDeviceKey();
  try {
    const answer = await submit(await signWith(key, command, bodyOf(key), code), key.pending ? { 'X-Passkey': key.pending } : {});
    // 202: nobody refused it, but the other nodes have not confirmed it yet, so there is no session.
    if (answer?.results?.some((r) => r.url)) {
      throw new ProblemError('已经提交，但还没有足够的节点确认。请过几分钟用这把密钥登录，不要重复办理。', 'ledger/open', 202);
    }
    if (key.scheme === 'es256') await storageAnswered();
    return answer;
  } catch (error) {
    // No answer is not a refusal: the act may have become final, so the key is kept then.
    if (key.scheme === 'es256' && error instanceof ProblemError && error.status >= 400 && error.status < 500) await forgetDeviceKey(key.id);
    throw error;
  }
}

/** A fresh one-time code, made here and nowhere else: { code, key: id, publicKey }. Only the public key leaves this browser. */
export async function newInvitation() {
  const code = toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
  return { code, ...await invitationKey(code) };
}

/** What the server says of an invitation: { valid, expires, opens, awaitsConfirmation }. */
export const checkInvitation = async (member, code) =>
  post('/api/v1/invitations/check', { member, key: (await invitationKey(code)).key });

/** Shows that whoever asks has the code, without telling it. */
async function proofOf(member, code) {
  const asked = await challenge();
  const { keyid, sig } = await signWithInvitation(code, asked);
  return { member, key: keyid, challenge: asked.name, signature: sig };
}

/** Redeems an invitation with a new key ("passkey" or "device") and is signed in. */
export async function redeem(member, code, kind) {
  return introduce(
    kind,
    async () => createPasskey('/api/v1/invitations/passkey/options', await proofOf(member, code)),
    'members.BindKey',
    (key) => ({ key: key.publicKey, member }),
    (body, headers) => post('/api/v1/invitations/redeem', body, headers),
    code);
}

/** Founds the network with a new key and is signed in as its first officer. */
export async function found(code, committee, officer, kind) {
  const plan = await post('/api/v1/setup/names', { code, committee, officer });
  // Where the network begins, passkeys sign; pages of this machine need no registration, other http pages cannot use passkeys.
  const site = location.protocol === 'https:' ? { site: toBase64(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(location.origin))) } : {};
  return introduce(
    kind,
    () => createPasskey('/api/v1/setup/passkey/options', { code, officer: plan.officer }),
    'organizations.FoundNetwork',
    (key) => ({ committee: plan.committee, key: key.publicKey, name: plan.name, officer: plan.officer, ...site }),
    (body, headers) => post('/api/v1/setup', body, { 'X-Setup-Code': code, ...headers }));
}

export { deviceKeys };

/** Runs an action of a button: one at a time, with its outcome in words beside it. */
export async function run(button, status, busyText, action) {
  if (button.disabled) return;
  button.disabled = true;
  status.hidden = false;
  status.className = 'note';
  status.textContent = busyText;
  try {
    await action();
  } catch (error) {
    status.className = 'note bad';
    status.textContent = explain(error);
    button.disabled = false;
  }
}

/** The local path in ?returnUrl=, or a default. Resolved as the browser will: it drops tabs and line ends, and takes \ for /. */
export function returnPath(fallback = '/') {
  const path = new URLSearchParams(location.search).get('returnUrl') ?? '';
  if (!path.startsWith('/') || !URL.canParse(path, location.origin)) return fallback;
  const url = new URL(path, location.origin);
  return url.origin === location.origin ? url.pathname + url.search + url.hash : fallback;
}
