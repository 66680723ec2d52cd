// Founding a network on an empty ledger.
import { found, passkeysAvailable, run } from './session.js';

const form = document.getElementById('setup');
const status = document.getElementById('status');
const button = form.querySelector('button[type="submit"]');
if (passkeysAvailable()) document.getElementById('passkey-choice').hidden = false;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const data = new FormData(form);
  run(button, status, '正在启用…', async () => {
    await found(data.get('code').trim().toUpperCase(), data.get('committee'), data.get('officer'), data.get('kind'));
    location.assign('/staff');
  });
});
// Until now a click would have sent the form the browser's own way, and what was typed would be gone.
button.disabled = false;
