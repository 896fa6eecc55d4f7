// What is to be pasted elsewhere, as settings show it: a button copies it and says so.
import { notify } from './notices.js'

document.addEventListener('click', async ({ target }) => {
  const button = target.closest('[data-copy]')
  if (!button) return
  await navigator.clipboard?.writeText(button.dataset.copy)
  notify('copied')
})
