// Issuing an invitation. The code is made in this browser and shown here once, as a link and a QR code; the server and the ledger get the
// public key that is derived from it.

import { act } from './act.js';
import { explain, newInvitation } from './session.js';
import { drawQr } from './trust.js';

const OWN_VALIDITY = 60 * 60 * 1000;

// Codes of this page, by their key's id, until they are shown.
const made = new Map();

const element = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};

/** Makes a code and keeps it in this page; the answer is its public key, as the ledger writes it. */
export async function make() {
  const { code, key, publicKey } = await newInvitation();
  made.clear();
  made.set(publicKey, code);
  return { key, publicKey };
}

/** Shows the code behind a public key as a link with its QR code, once. */
export async function show(place, member, publicKey) {
  const code = made.get(publicKey);
  made.delete(publicKey);
  if (!code) return;
  const link = `${location.origin}/invite#${member}.${code}`;
  const picture = element('div', 'qr');
  picture.append(new DOMParser().parseFromString((await drawQr(link)).svg.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" '), 'image/svg+xml').documentElement);
  const field = element('label', 'field');
  const input = element('input', 'input mono');
  input.readOnly = true;
  input.value = link;
  input.addEventListener('focus', () => input.select());
  field.append(element('span', '', '链接'), input);
  place.replaceChildren(picture, field);
}

// 我的密钥: a further device of one's own, with nobody's help.
const button = document.getElementById('add-device');
if (button) {
  const place = document.getElementById('new-device');
  const status = document.getElementById('add-status');
  button.addEventListener('click', async () => {
    button.disabled = true;
    try {
      const member = document.querySelector('meta[name="mj-member"]').content;
      const { publicKey } = await make();
      const result = await act([{ command: 'members.IssueInvitation', body: { expires: Date.now() + OWN_VALIDITY, key: publicKey, member } }]);
      if (result.ok || result.open) {
        document.getElementById('new-device-card').hidden = false;
        await show(place, member, publicKey);
        place.scrollIntoView({ block: 'nearest' });
      }
    } catch (error) {
      status.hidden = false;
      status.textContent = explain(error);
    } finally {
      button.disabled = false;
    }
  });
  button.hidden = false;
}
