// A person's avatar, as the server draws it (templates/components/avatar.html; `tint` and `initials` of ui.py).
const TINTS = 'abcdefgh'

// CRC-32 as zlib has it: the low bits pick the tint.
function crc32 (text) {
  let sum = -1
  for (const byte of new TextEncoder().encode(text)) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = sum >>> 1 ^ (sum & 1 && 0xedb88320)
  }
  return ~sum >>> 0
}

function initials (name) {
  const words = name.split('@')[0].match(/[\p{L}\p{N}]+/gu) ?? ['?']
  return [...new Set([words[0], words.at(-1)])].map(word => word[0]).join('').toUpperCase()
}

export function face ({ id, name }, size = 20) {
  const mark = document.createElement('span')
  mark.className = `av av-${size} av-${TINTS[crc32(id) % TINTS.length]}`
  mark.ariaHidden = 'true'
  mark.title = name
  mark.textContent = initials(name)
  return mark
}
