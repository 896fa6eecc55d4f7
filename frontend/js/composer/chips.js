// Fields of addresses as chips. The form's own field stays what is sent; what is typed beside the chips belongs to it too.
const BARE = /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;"]+$/
const SUGGEST_MS = 200

const split = text => text.split(/[,;\n]/).map(one => one.trim()).filter(Boolean)
const bare = text => (text.match(/<([^<>]+)>\s*$/)?.[1] ?? text).trim().toLowerCase()
const isAddress = text => BARE.test(text) && /^[\x21-\x7e]+$/.test(text)

function chip (address, drop) {
  const element = document.getElementById('chip-template').content.firstElementChild.cloneNode(true)
  const button = element.querySelector('button')
  element.querySelector('.cut').textContent = address
  button.ariaLabel = `${button.ariaLabel} ${address}`
  if (!isAddress(address)) {
    element.classList.add('is-invalid')
    element.title = `${address} ${button.dataset.invalid}`
    element.setAttribute('role', 'alert')
    element.ariaLabel = element.title
  }
  button.onclick = () => drop(address)
  return element
}

function enhance (field) {
  const box = Object.assign(document.createElement('span'), { className: 'chips' })
  const entry = field.cloneNode()
  for (const name of ['name', 'value', 'data-chips']) entry.removeAttribute(name)
  Object.assign(entry, { id: `${field.name}-entry`, value: '' })
  field.type = 'hidden'
  field.closest('label').htmlFor = entry.id
  field.after(box)
  let chosen = []

  function draw () {
    box.replaceChildren(...chosen.map(address => chip(address, drop)), entry)
  }

  function keep () {
    field.value = [...chosen, ...split(entry.value)].join(', ')
    field.dispatchEvent(new Event('input', { bubbles: true }))
  }

  function drop (address) {
    chosen = chosen.filter(one => one !== address)
    draw()
    keep()
    entry.focus()
  }

  function commit () {
    const found = split(entry.value).map(bare)
    if (!found.length) return false
    chosen = [...new Set([...chosen, ...found])]
    entry.value = ''
    const hadFocus = document.activeElement === entry
    draw()
    if (hadFocus) entry.focus()
    keep()
    return true
  }

  function fill () {
    chosen = [...new Set(split(field.value).map(bare))]
    entry.value = ''
    draw()
  }

  entry.addEventListener('keydown', event => {
    if (event.isComposing) return
    if ((['Enter', ',', ';'].includes(event.key) || (event.key === ' ' && isAddress(entry.value.trim()))) && !event.ctrlKey && !event.metaKey) {
      event.preventDefault()
      commit()
    }
    if (event.key === 'Tab') commit()
    if (event.key === 'Backspace' && !entry.value && chosen.length) drop(chosen.at(-1))
  })
  entry.addEventListener('blur', commit)
  entry.addEventListener('input', event => {
    event.stopPropagation()
    const picked = entry.list && [...entry.list.options].some(option => option.value === entry.value)
    if (/[,;\n]/.test(entry.value) || picked) return commit()
    keep()
  })
  entry.addEventListener('paste', event => {
    const text = event.clipboardData.getData('text')
    if (!/[,;\n@]/.test(text)) return
    event.preventDefault()
    entry.value += text
    commit()
  })
  field.form.addEventListener('hd:filled', fill)
  field.refill = fill
  fill()
  if (entry.dataset.suggestUrl) suggest(entry)
}

// Customers whose name or address has what is typed, by the browser's own list.
function suggest (entry) {
  const list = Object.assign(document.createElement('datalist'), { id: `${entry.id}-list` })
  entry.setAttribute('list', list.id)
  entry.form?.append(list)
  let waiting
  entry.addEventListener('input', () => {
    clearTimeout(waiting)
    const typed = entry.value.trim()
    if (typed.length < 2) return
    waiting = setTimeout(async () => {
      const answer = await fetch(`${entry.dataset.suggestUrl}?limit=8&q=${encodeURIComponent(typed)}`, { headers: { Accept: 'application/json' } })
      if (!answer.ok || entry.value.trim() !== typed) return
      const found = (await answer.json()).results.filter(contact => contact.email)
      list.replaceChildren(...found.map(contact => new Option(contact.name, contact.email)))
    }, SUGGEST_MS)
  })
}

export function enhanceAddresses (form) {
  for (const field of form.querySelectorAll('[data-chips]')) enhance(field)
}

export function setAddresses (field, text) {
  field.value = text
  field.refill?.()
}

export const hasInvalid = form => form.querySelector('.addr.is-invalid')
