// Keys that sign: a non-extractable WebCrypto P-256 key kept in this browser, or a passkey through WebAuthn.

const DATABASE = 'mingjian-keys';
const STORE = 'keys';
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };

export const toBase64 = (bytes) => {
  let text = '';
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
  return btoa(text);
};
export const fromBase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
export const toBase64Url = (bytes) => toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
export const fromBase64Url = (text) => fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'));

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

async function store(mode, work) {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: 'id' });
  const database = await done(opening);
  try {
    return await work(database.transaction(STORE, mode).objectStore(STORE));
  } finally {
    database.close();
  }
}

/** Compresses an uncompressed point (0x04, x, y) to 33 bytes. */
export function compressPoint(raw) {
  const point = new Uint8Array(raw);
  if (point.length !== 65 || point[0] !== 4) throw new Error('Not an uncompressed P-256 point.');
  return Uint8Array.of(2 + (point[64] & 1), ...point.subarray(1, 33));
}

/** The ledger's id of a key: first 16 bytes of SHA-256(scheme, 0x00, point), as "k-" and hex. */
export async function keyId(scheme, compressedPoint) {
  const hash = new Uint8Array(await crypto.subtle.digest(
    'SHA-256', Uint8Array.of(...new TextEncoder().encode(scheme), 0, ...compressedPoint)));
  return `k-${[...hash.subarray(0, 16)].map((b) => b.toString(16).padStart(2, '0')).join('')}`;
}

/** Makes this browser's signing key. The private half can never be read out, not even by this page. */
export async function createDeviceKey(label = '') {
  const pair = await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);
  const point = compressPoint(await crypto.subtle.exportKey('raw', pair.publicKey));
  const record = {
    id: await keyId('es256', point),
    publicKey: `es256:${toBase64(point)}`,
    privateKey: pair.privateKey,
    label,
    created: new Date().toISOString(),
  };
  await store('readwrite', (keys) => done(keys.put(record)));
  await navigator.storage?.persist?.().catch(() => false);
  return { id: record.id, publicKey: record.publicKey, label, created: record.created };
}

/** Keys of this browser, without their private halves. */
export async function deviceKeys() {
  const records = await store('readonly', (keys) => done(keys.getAll()));
  return records.map(({ id, publicKey, label, created }) => ({ id, publicKey, label, created }));
}

export const forgetDeviceKey = (id) => store('readwrite', (keys) => done(keys.delete(id)));

/** Signs a message with one of this browser's keys; null when it has no such key. */
export async function signWithDeviceKey(id, message) {
  const record = await store('readonly', (keys) => done(keys.get(id)));
  if (!record) return null;
  const sig = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, record.privateKey, message);
  return { keyid: id, scheme: 'es256', sig: toBase64(sig) };
}

/** Asks the authenticator for an assertion over a challenge; sig stays DER, the trust module turns it into r||s. */
export async function signWithPasskey(id, challenge, credentialId) {
  const assertion = await navigator.credentials.get({
    publicKey: {
      challenge,
      allowCredentials: credentialId ? [{ type: 'public-key', id: fromBase64Url(credentialId) }] : [],
      userVerification: 'preferred',
      timeout: 120000,
    },
  });
  const { authenticatorData, clientDataJSON, signature } = assertion.response;
  return {
    keyid: id,
    scheme: 'webauthn-es256',
    sig: toBase64(signature),
    webauthn: { authenticatorData: toBase64(authenticatorData), clientDataJson: toBase64(clientDataJSON) },
  };
}

/** DER signature to r||s (64 bytes), for callers without the trust module. */
export function derToRaw(der) {
  const bytes = new Uint8Array(der);
  const raw = new Uint8Array(64);
  let at = 2;
  if (bytes[0] !== 0x30 || bytes[1] !== bytes.length - 2) throw new Error('Not a DER signature.');
  for (const end of [32, 64]) {
    if (bytes[at] !== 2) throw new Error('Not a DER signature.');
    let value = bytes.subarray(at + 2, at + 2 + bytes[at + 1]);
    at += 2 + bytes[at + 1];
    if (value[0] === 0) value = value.subarray(1);
    if (value.length > 32) throw new Error('Not a P-256 signature.');
    raw.set(value, end - value.length);
  }
  if (at !== bytes.length) throw new Error('Bytes follow the signature.');
  return raw;
}

/** Signs what the trust module prepared, with the session's key. */
export async function signPrepared(prepared, key) {
  if (key.scheme === 'webauthn-es256') {
    return signWithPasskey(key.id, fromBase64Url(prepared.challenge), key.credential);
  }
  const signature = await signWithDeviceKey(key.id, fromBase64(prepared.message));
  if (!signature) throw new DOMException('No such key in this browser.', 'NotFoundError');
  return signature;
}
