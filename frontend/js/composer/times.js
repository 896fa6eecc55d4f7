// "Send later" and "Send and snooze": a few times that are often meant, else the browser's own field.
const pad = number => String(number).padStart(2, '0')
const local = at => `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`

// "0 +3": in three hours; "1 8": tomorrow at eight; "monday 8": the next Monday at eight.
function timeOf (words) {
  const [day, hour] = words.split(' ')
  const at = new Date()
  if (hour.startsWith('+')) {
    at.setHours(at.getHours() + Number(hour))
    return local(at)
  }
  at.setDate(at.getDate() + (day === 'monday' ? (8 - at.getDay()) % 7 || 7 : Number(day)))
  at.setHours(Number(hour), 0)
  return local(at)
}

document.addEventListener('click', event => {
  const opener = event.target.closest('[data-time-dialog]')
  if (opener) {
    const dialog = opener.closest('form').querySelector(`[data-times="${opener.dataset.timeDialog}"]`)
    dialog.querySelector('input').min = local(new Date())
    opener.closest('details').open = false
    dialog.showModal()
  }
  const choice = event.target.closest('[data-time]')
  if (choice) {
    const dialog = choice.closest('dialog')
    dialog.querySelector('input').value = timeOf(choice.dataset.time)
    dialog.querySelector('[type=submit]').click()
  }
  const closer = event.target.closest('.times [data-closes]')
  if (closer) closer.closest('dialog').close('dropped')
})
// A time that was not used must not go with the next message.
document.addEventListener('close', event => {
  if (!event.target.matches?.('.times')) return
  if (event.target.returnValue !== 'used') event.target.querySelector('input').value = ''
  event.target.returnValue = ''
}, { capture: true })
document.addEventListener('submit', event => event.submitter?.closest('.times')?.close('used'), { capture: true })
