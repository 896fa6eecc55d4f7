// The list of keys in force, by group.
const dialog = document.getElementById('keys')

export function kbd (cap) {
  const element = document.createElement('kbd')
  element.className = 'kbd'
  element.textContent = cap
  return element
}

function line (command, { capsOf, keysOf }) {
  const pair = document.createElement('div')
  const name = document.createElement('dt')
  const keys = document.createElement('dd')
  name.textContent = command.label
  for (const alternative of keysOf(command)) {
    const caps = document.createElement('span')
    caps.append(...capsOf(alternative).map(kbd))
    keys.append(caps)
  }
  pair.append(name, keys)
  return pair
}

export function openHelp (tools) {
  const list = document.getElementById('keys-list')
  list.replaceChildren()
  const shown = tools.commands.filter(command => tools.keysOf(command).length)
  for (const [group, members] of Map.groupBy(shown, command => command.group)) {
    const section = dialog.querySelector('template').content.cloneNode(true)
    section.querySelector('h3').textContent = group
    section.querySelector('dl').append(...members.map(command => line(command, tools)))
    list.append(section)
  }
  dialog.showModal()
}
