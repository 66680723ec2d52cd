// One-click sign-in of the demo: an invitation from the demo server, redeemed with a key of this browser.
import { newInvitation, post, redeem, run } from './session.js';

const status = document.getElementById('status');
for (const button of document.querySelectorAll('button[data-account]')) {
  button.addEventListener('click', () => run(button, status, '正在登录…', async () => {
    const { code, publicKey } = await newInvitation();
    const { member } = await post('/api/v1/demo/invitation', { account: button.dataset.account, key: publicKey });
    await redeem(member, code, 'device');
    location.assign(button.dataset.home);
  }));
  button.disabled = false;
}
