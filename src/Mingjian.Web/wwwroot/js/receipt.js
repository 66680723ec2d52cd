// The receipt page's print button.
const button = document.querySelector('[data-mj="print"]');
if (button) {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
}
