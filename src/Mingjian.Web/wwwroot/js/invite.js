// Redeeming an invitation. The code stands in the fragment of the address, which browsers never send to a server; only what it signs does.
import { checkInvitation, explain, passkeysAvailable, passkeysElsewhere, redeem, run } from './session.js';

const show = (id) => { document.getElementById(id).hidden = false; };
const status = document.getElementById('status');
const [member, code] = decodeURIComponent(location.hash.slice(1)).split('.');
const valid = /^m-[0-9a-f]{32}$/.test(member ?? '') && /^[A-Za-z0-9_-]{22}$/.test(code ?? '');

if (!valid) {
  show('broken');
} else {
  try {
    const state = await checkInvitation(member, code);
    if (!state.valid) {
      show('broken');
    } else if (state.awaitsConfirmation) {
      show('unconfirmed');
    } else if (state.opens) {
      document.getElementById('opens').textContent = state.opens;
      show('waiting');
    } else {
      document.getElementById('expires').textContent = state.expires;
      show('choose');
      const wire = (id, kind, text) => {
        const button = document.getElementById(id);
        button.addEventListener('click', () => run(button, status, text, async () => {
          await redeem(member, code, kind);
          // The used link goes out of this tab's history.
          location.replace('/');
        }));
      };
      wire('device', 'device', '正在绑定…');
      if (passkeysElsewhere()) show('elsewhere');
      if (passkeysAvailable()) {
        show('passkey-card');
        wire('passkey', 'passkey', '请在设备上确认，共两次：先建立，再签名…');
      }
    }
  } catch (error) {
    status.hidden = false;
    status.className = 'note bad';
    status.textContent = explain(error);
  }
}
