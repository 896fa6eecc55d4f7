// Another list beside an open conversation: the address bar goes on naming both.
document.addEventListener('htmx:beforeHistoryUpdate', ({ detail }) => {
  const open = document.querySelector('#conversation[data-conversation-id]')?.getAttribute('hx-get')
  if (!open || detail.target?.id !== 'conversation-list' || !detail.history.path) return
  detail.history.path = open.split('?')[0] + new URL(detail.history.path, location.href).search
})
