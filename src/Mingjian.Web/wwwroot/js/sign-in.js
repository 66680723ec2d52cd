// The sign-in page: this browser's keys, or a passkey.
import { deviceKeys, passkeysAvailable, passkeysElsewhere, returnPath, run, signInWithDeviceKey, signInWithPasskey } from './session.js';
import { warmUp } from './trust.js';

const status = document.getElementById('status');
const passkey = document.getElementById('passkey');
const device = document.getElementById('device');
const none = document.getElementById('no-device');
const go = () => location.assign(returnPath());

if (passkeysAvailable()) {
  passkey.hidden = false;
  passkey.addEventListener('click', () => run(passkey, status, '请在设备上确认…', async () => { await signInWithPasskey(); go(); }));
}

if (passkeysElsewhere()) document.getElementById('elsewhere').hidden = false;
// What is signed is checked by the trust module: load it while the reader reads.
warmUp().catch(() => {});

let keys = [];
try {
  keys = await deviceKeys();
} catch {
  // Private windows of some browsers have no key store: then there is no key either.
}

if (keys.length) {
  device.hidden = false;
  // The newest first: older ones may have been revoked.
  const newestFirst = keys.sort((a, b) => b.created.localeCompare(a.created));
  device.addEventListener('click', () => run(device, status, '正在登录…', async () => {
    let last;
    for (const key of newestFirst) {
      try {
        await signInWithDeviceKey(key.id);
        go();
        return;
      } catch (error) {
        last = error;
        if (error.status !== 401) break;
      }
    }
    throw last;
  }));
} else {
  none.hidden = false;
}
