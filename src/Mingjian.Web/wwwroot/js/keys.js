// Keys that sign: a non-extractable WebCrypto P-256 key kept in this browser, or a passkey through WebAuthn.
// There is one way to a signature, sign(): it takes what the trust module has made or read, never bytes.

import { TrustError, signable } from './trust.js';

const DATABASE = 'mingjian-keys';
const STORE = 'keys';
const PERSIST_WAIT = 10_000;
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

let kept = null;

/**
 * Waits, but not for long, until the browser has said whether it keeps this site's storage. Some browsers ask the person, who may never answer: nothing
 * that a key is for waits for that, only leaving the page, which would take the question away.
 */
export const storageAnswered = () => Promise.race([kept, new Promise((resolve) => { setTimeout(resolve, PERSIST_WAIT); })]);

/** Makes this browser's signing key for one ledger. The private half can never be read out, not even by this page. */
export async function createDeviceKey(network, label = '') {
  const pair = await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);
  const point = compressPoint(await crypto.subtle.exportKey('raw', pair.publicKey));
  const record = {
    id: await keyId('es256', point),
    publicKey: `es256:${toBase64(point)}`,
    privateKey: pair.privateKey,
    network,
    label,
    created: new Date().toISOString(),
  };
  await store('readwrite', (keys) => done(keys.put(record)));
  kept = navigator.storage?.persist?.().catch(() => false);
  return { id: record.id, publicKey: record.publicKey, label, created: record.created };
}

/** Keys of this browser, without their private halves. */
export async function deviceKeys() {
  const records = await store('readonly', (keys) => done(keys.getAll()));
  return records.map(({ id, publicKey, label, created }) => ({ id, publicKey, label, created }));
}

export const forgetDeviceKey = (id) => store('readwrite', (keys) => done(keys.delete(id)));

/**
 * Signs what the trust module vouches for.
 * @param {object} prepared Answer of trust.js's prepare, read or signIn.
 * @param {{scheme: string, id?: string, credential?: string}} key A passkey without credential: whichever of this site the person chooses.
 */
export async function sign(prepared, key) {
  const { message, challenge, network } = signable(prepared);
  return key.scheme === 'webauthn-es256'
    ? signWithPasskey(key, fromBase64Url(challenge))
    : signWithDeviceKey(key.id, fromBase64(message), network);
}

async function signWithDeviceKey(id, message, network) {
  const record = await store('readonly', (keys) => done(keys.get(id)));
  if (!record) throw new DOMException('No such key in this browser.', 'NotFoundError');
  if (record.network !== network) throw new TrustError('这把密钥属于另一个账本，没有签名。', 'signing/network');
  const sig = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, record.privateKey, message);
  return { keyid: id, scheme: 'es256', sig: toBase64(sig) };
}

/** Asks the authenticator for an assertion, its owner verified; sig stays DER, the trust module turns it into r||s. */
async function signWithPasskey(key, challenge) {
  const assertion = await navigator.credentials.get({
    publicKey: {
      challenge,
      rpId: location.hostname,
      allowCredentials: key.credential ? [{ type: 'public-key', id: fromBase64Url(key.credential) }] : [],
      userVerification: 'required',
      timeout: 120000,
    },
  });
  const { authenticatorData, clientDataJSON, signature } = assertion.response;
  return {
    keyid: key.id,
    credential: toBase64Url(assertion.rawId),
    scheme: 'webauthn-es256',
    sig: toBase64(signature),
    webauthn: { authenticatorData: toBase64(authenticatorData), clientDataJson: toBase64(clientDataJSON) },
  };
}
