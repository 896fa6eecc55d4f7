// Dialogs that come with an answer: <dialog data-modal> opens once it is swapped in, and is gone when it is closed.
// The focus returns to what had it when the dialog came.
function openNew () {
  const dialog = document.querySelector('dialog[data-modal]:not([open])')
  if (!dialog) return
  const menu = document.activeElement.closest('details.menu')
  const opener = menu?.querySelector('summary') ?? document.activeElement
  if (menu) menu.open = false
  dialog.showModal()
  dialog.addEventListener('close', () => {
    dialog.remove()
    opener.focus()
  })
}

document.addEventListener('htmx:afterSettle', openNew)
openNew()
