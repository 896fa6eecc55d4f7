// Server-sent events of an answer that is being read: {event, data}, data parsed.
function parsed (block) {
  let event = 'message'
  const data = []
  for (const line of block.split('\n')) {
    const [name, ...value] = line.split(':')
    if (name === 'event') event = value.join(':').trim()
    if (name === 'data') data.push(value.join(':').trimStart())
  }
  return { event, data: data.length ? JSON.parse(data.join('\n')) : null }
}

export async function * events (body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let kept = ''
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) break
      kept += value.replace(/\r/g, '')
      const blocks = kept.split('\n\n')
      kept = blocks.pop()
      for (const block of blocks) if (block.trim()) yield parsed(block)
    }
    if (kept.trim()) yield parsed(kept)
  } finally {
    reader.cancel().catch(() => {})
  }
}
