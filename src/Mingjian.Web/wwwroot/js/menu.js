// On a narrow screen the work comes first: the menu starts closed. Without script it stays open and usable.
if (window.matchMedia('(max-width: 56rem)').matches) {
  document.querySelector('details.side')?.removeAttribute('open');
}
