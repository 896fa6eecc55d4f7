// The server says which theme was saved; pages that come later are drawn in it, this one changes here.
document.addEventListener('hd:theme', event => {
  document.documentElement.dataset.theme = event.detail.theme
  for (const button of document.querySelectorAll('button[name=theme]')) button.setAttribute('aria-pressed', button.value === event.detail.theme)
})
